import { ConfigurableModuleBuilder } from '@nestjs/common';
import type { CorsModuleOptions } from './policy/cors-policy-options.interface.js';

/** The host class, tokens and types of `CorsModule`, made by Nest. The module is global whoever imports it. */
export const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN, OPTIONS_TYPE, ASYNC_OPTIONS_TYPE } =
  new ConfigurableModuleBuilder<CorsModuleOptions>({ moduleName: 'Cors' })
    .setClassMethodName('forRoot')
    .setFactoryMethodName('createCorsOptions')
    .setExtras({}, (definition) => ({ ...definition, global: true }))
    .build();
