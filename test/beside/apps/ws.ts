import type { INestApplication, ModuleMetadata } from '@nestjs/common';
import { WsAdapter } from '@nestjs/platform-ws';
import { SubscribeMessage, WebSocketGateway, type OnGatewayConnection } from '@nestjs/websockets';
import { ran } from '../support/fixture.js';

@WebSocketGateway({ path: '/chat' })
class ChatGateway implements OnGatewayConnection {
  handleConnection(): void {
    ran('connection');
  }
  @SubscribeMessage('greet') greet(): object {
    return { event: 'greeting', data: 'hello' };
  }
}

export function metadata(): ModuleMetadata {
  return { providers: [ChatGateway] };
}

export function prepare(app: INestApplication): void {
  app.useWebSocketAdapter(new WsAdapter(app));
}
