import {
  Controller,
  Get,
  Header,
  Headers,
  Post,
  Put,
  UnauthorizedException,
  UseGuards,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AllowOrigin } from 'nestjs-cors';
import { SHOP } from './origins.js';

const PASSWORD = `Basic ${Buffer.from('ann:secret').toString('base64')}`;

/** Asks for a name and a password: HTTP authentication. */
class PasswordGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const { headers } = context.switchToHttp().getRequest<FastifyRequest>();
    if (headers.authorization === PASSWORD) return true;
    context
      .switchToHttp()
      .getResponse<FastifyReply>()
      .header('WWW-Authenticate', 'Basic realm="The textbook"');
    throw new UnauthorizedException('Who are you?');
  }
}

/** Scenario 5: credentials are cookies and HTTP authentication. Scripts may read what they bring only by name. */
@Controller('account')
@AllowOrigin(SHOP, { credentials: true })
export class CredentialsController {
  @Post('session')
  @Header('Set-Cookie', 'session=ann; Path=/account; HttpOnly; SameSite=Lax')
  logIn() {
    return { session: 'begun' };
  }

  @Get('name')
  name(@Headers('cookie') cookie: string | undefined) {
    return { name: cookie?.includes('session=ann') ? 'Ann' : 'nobody' };
  }

  /** `*` covers requests without credentials only. `credentials: true` beside it does not compile. */
  @Get('name-for-all')
  @AllowOrigin('*', { credentials: false })
  nameForAll(@Headers('cookie') cookie: string | undefined) {
    return this.name(cookie);
  }

  /** Names the page's origin, but says nothing of credentials. */
  @Put('newsletter')
  @AllowOrigin(SHOP, { credentials: false })
  newsletter(@Headers('cookie') cookie: string | undefined) {
    return { subscribed: this.name(cookie) };
  }

  @Get('statement')
  @UseGuards(PasswordGuard)
  statement() {
    return { balance: 42 };
  }

  @Get('statement-for-all')
  @UseGuards(PasswordGuard)
  @AllowOrigin('*', { credentials: false })
  statementForAll() {
    return this.statement();
  }

  /** A document of the API's own origin, which gives the browser the password, as a login dialog would. */
  @Get('login')
  @Header('Content-Type', 'text/html; charset=utf-8')
  login() {
    return LOGIN_PAGE;
  }
}

const LOGIN_PAGE = `<!doctype html>
<title>Log in</title>
<script type="module">
  const request = new XMLHttpRequest();
  request.open('GET', '/account/statement' + location.search, true, 'ann', 'secret');
  request.addEventListener('loadend', () => parent.postMessage({ login: request.status }, '*'));
  request.send();
</script>
`;
