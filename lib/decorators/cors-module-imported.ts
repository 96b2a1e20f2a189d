/** Injection token, provided by `CorsModule` in every module of the app. A string, see `cors-metadata.ts`. */
export const CORS_MODULE_IMPORTED = 'nestjs-cors:imported';
