import { Controller, Get, Header, Version, VERSION_NEUTRAL } from '@nestjs/common';
import { AllowOrigin } from 'nestjs-cors';
import { FOO } from './origins.js';

const DATA = `<?xml version="1.0" encoding="UTF-8"?>
<stations>
  <station id="1" level="3.20">Upper Weir</station>
  <station id="2" level="1.75">Old Bridge</station>
</stations>
`;

/**
 * Scenario 7: the XHR classic. One resource, before and after its owner restricts it. A real one would change its
 * decorator; here both states stay, as versions that a page can ask for with `Accept`, a CORS-safelisted header.
 */
@Controller('resources/public-data')
export class XhrClassicController {
  @Get()
  @Version(VERSION_NEUTRAL)
  @AllowOrigin('*')
  @Header('Content-Type', 'application/xml')
  forEverybody() {
    return DATA;
  }

  @Get()
  @Version('restricted')
  @AllowOrigin(FOO)
  @Header('Content-Type', 'application/xml')
  forOneOrigin() {
    return DATA;
  }
}
