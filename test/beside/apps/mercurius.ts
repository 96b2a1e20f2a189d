import type { ModuleMetadata } from '@nestjs/common';
import { GraphQLModule } from '@nestjs/graphql';
import { MercuriusDriver, type MercuriusDriverConfig } from '@nestjs/mercurius';
import { ran } from '../support/fixture.js';
import { HelloResolver } from './hello.resolver.js';

export function metadata(): ModuleMetadata {
  return {
    imports: [
      GraphQLModule.forRoot<MercuriusDriverConfig>({
        driver: MercuriusDriver,
        autoSchemaFile: true,
        subscription: {
          onConnect: () => {
            ran('connection');
            return true;
          },
        },
      }),
    ],
    providers: [HelloResolver],
  };
}
