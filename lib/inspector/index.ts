export { CorsInspectorModule } from './cors-inspector.module.js';
export type { CorsInspectorOptions } from './inspector-options.js';
