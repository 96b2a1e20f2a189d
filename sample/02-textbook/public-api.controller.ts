import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Controller, Get, Header, NotFoundException, Param, Post } from '@nestjs/common';
import { AllowOrigin } from 'nestjs-cors';

const font = readFileSync(new URL('assets/lesson.ttf', import.meta.url));
const shares = new Map<string, string>();

/** Scenario 2: a public API. `*` is right for what is the same for everybody, whoever asks. */
@Controller()
@AllowOrigin('*', { exposedHeaders: ['x-ratelimit-remaining'] })
export class PublicApiController {
  /** Open data, as GitHub's API has it. Scripts see the one header of the API's own that is exposed. */
  @Get('repos/:owner/:name')
  @Header('x-ratelimit-remaining', '59')
  @Header('x-served-by', 'node 7')
  repository(@Param('owner') owner: string, @Param('name') name: string) {
    return { full_name: `${owner}/${name}`, private: false };
  }

  /** A web font: browsers load one from another origin only if that origin has opted in. */
  @Get('fonts/lesson.ttf')
  @Header('Content-Type', 'font/ttf')
  font() {
    return font;
  }

  /** Makes a URL that nobody can guess. Whoever has it may read what is behind it: a capability. */
  @Post('shares')
  share() {
    const secret = randomBytes(32).toString('base64url');
    shares.set(secret, 'Minutes of the meeting');
    return { path: `/shares/${secret}` };
  }

  @Get('shares/:secret')
  shared(@Param('secret') secret: string) {
    const title = shares.get(secret);
    if (title === undefined) throw new NotFoundException('There is nothing behind this URL');
    return { title };
  }
}
