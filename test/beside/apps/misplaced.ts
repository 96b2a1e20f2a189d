import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import type { INestApplication, ModuleMetadata } from '@nestjs/common';
import { GraphQLModule, Query, Resolver } from '@nestjs/graphql';
import { WsAdapter } from '@nestjs/platform-ws';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { AllowOrigin, NoCors } from 'nestjs-cors';

/* Decorators where they look right and govern nothing: one path serves all resolvers, and a gateway has no responses. */

@Resolver()
@AllowOrigin('https://partner.example.com')
class HelloResolver {
  @Query(() => String) hello(): string {
    return 'world';
  }
}

@WebSocketGateway({ path: '/chat' })
class ChatGateway {
  @SubscribeMessage('greet') @NoCors() greet(): string {
    return 'hello';
  }
}

export function metadata(): ModuleMetadata {
  return {
    imports: [GraphQLModule.forRoot<ApolloDriverConfig>({ driver: ApolloDriver, autoSchemaFile: true })],
    providers: [HelloResolver, ChatGateway],
  };
}

export function prepare(app: INestApplication): void {
  app.useWebSocketAdapter(new WsAdapter(app));
}
