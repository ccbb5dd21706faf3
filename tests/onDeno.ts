/** `processes/deno.test.ts` runs this under Deno. Both parts run in one process; a title precedes the output of each. */
console.log('# api');
await import('./api/onDeno.ts');
console.log('# payment');
await import('./provider/onDeno.ts');
console.log('# step services');
await import('./services/onDeno.ts');
console.log('# webhooks');
await import('./webhooks/onDeno.ts');
