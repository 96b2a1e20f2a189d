import { readFileSync } from 'node:fs';
import { Controller, Get, Header } from '@nestjs/common';

const picture = readFileSync(new URL('assets/picture.svg', import.meta.url), 'utf8');
const font = readFileSync(new URL('assets/lesson.ttf', import.meta.url));

/**
 * Scenario 1: the same-origin policy. Without a decorator and without a default there is no policy, so no response has
 * a header of the CORS protocol. Other origins may embed all of this, except the font, and read none of it.
 */
@Controller('embeds')
export class SameOriginController {
  @Get('greeting')
  greeting() {
    return { text: 'Hello from the API' };
  }

  @Get('picture.svg')
  @Header('Content-Type', 'image/svg+xml')
  picture() {
    return picture;
  }

  @Get('style.css')
  @Header('Content-Type', 'text/css')
  style() {
    return '.embedded { color: rgb(59, 111, 212); font-weight: bold; }';
  }

  @Get('script.js')
  @Header('Content-Type', 'text/javascript')
  script() {
    return "document.querySelector('.embedded').textContent = 'Written by a script of the API';";
  }

  @Get('font.ttf')
  @Header('Content-Type', 'font/ttf')
  font() {
    return font;
  }
}
