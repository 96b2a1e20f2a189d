import type { ApplicationConfig } from '@nestjs/core';
import { NEST_11 } from './nest-11.js';
import { isNest12, NEST_12 } from './nest-12.js';
import type { NestMajor } from './nest-major.js';

/** The Nest that a container is of, by what is there. */
export function nestOf(config: ApplicationConfig): NestMajor {
  return isNest12(config) ? NEST_12 : NEST_11;
}
