export { CorsIoAdapter } from '../websockets/cors-io-adapter.js';
