/** The product types. To add one, add its file to this folder and its line to this list. */
export { digitalPipeline } from './digital.ts';
export { physicalPipeline } from './physical.ts';
export { servicePipeline } from './service.ts';
