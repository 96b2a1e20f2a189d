import type { ApolloServerPlugin } from '@apollo/server';
import type { ModuleMetadata } from '@nestjs/common';
import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import { GraphQLModule } from '@nestjs/graphql';
import { ran } from '../support/fixture.js';
import { HelloResolver } from './hello.resolver.js';

/** What a recipe for "CORS in Apollo" says. */
const openToAll: ApolloServerPlugin = {
  requestDidStart: () =>
    Promise.resolve({
      willSendResponse: ({ response }) => {
        response.http.headers.set('access-control-allow-origin', '*');
        response.http.headers.set('access-control-expose-headers', '*');
        return Promise.resolve();
      },
    }),
};

export function metadata(): ModuleMetadata {
  return {
    imports: [
      GraphQLModule.forRoot<ApolloDriverConfig>({
        driver: ApolloDriver,
        autoSchemaFile: true,
        plugins: [openToAll],
        subscriptions: { 'graphql-ws': { onConnect: () => ran('connection') } },
      }),
    ],
    providers: [HelloResolver],
  };
}
