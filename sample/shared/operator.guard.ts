import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { Injectable, UnauthorizedException, type CanActivate, type ExecutionContext } from '@nestjs/common';

/** What the operator of a sample shows to be let in: another word each time the sample starts, and printed then. */
@Injectable()
export class OperatorToken {
  readonly value = randomBytes(16).toString('base64url');
}

/** Lets the operator in, and nobody else. CORS is no such protection: it is about pages, and only about browsers. */
@Injectable()
export class OperatorGuard implements CanActivate {
  constructor(private readonly token: OperatorToken) {}

  canActivate(context: ExecutionContext): boolean {
    const { headers } = context.switchToHttp().getRequest<IncomingMessage>();
    if (headers.authorization === `Bearer ${this.token.value}`) return true;
    throw new UnauthorizedException('Open the dashboard at the URL that the sample has printed');
  }
}
