/** What `deno.test.ts` runs under Deno: both in one process, a title above what each says. */
console.log('# api');
await import('../api/onDeno.ts');
console.log('# payment');
await import('../provider/onDeno.ts');
