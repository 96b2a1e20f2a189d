export { CorsWsAdapter } from '../websockets/cors-ws-adapter.js';
