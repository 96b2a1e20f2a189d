import { Controller, Get, Injectable } from '@nestjs/common';
import { AllowOrigin, NoCors, UseCorsPolicy, type OriginSource } from '../../../../lib/index.js';
import { APP, EVIL } from '../case.js';

/** Origins from elsewhere, as a database would give them. */
@Injectable()
export class TenantOrigins implements OriginSource {
  async allows(origin: string): Promise<boolean> {
    return await Promise.resolve(origin === APP);
  }
}

/** One route for each way to say who may read. Where none is said, it is the module's: {@link APP}. */
@Controller('origins')
export class OriginsController {
  @Get('default') byDefault() {
    return 'ok';
  }
  @Get('any') @AllowOrigin('*') any() {
    return 'ok';
  }
  @Get('list') @AllowOrigin('https://admin.shop.example.com', APP) list() {
    return 'ok';
  }
  @Get('https') @AllowOrigin('https://app.shop.example.com') https() {
    return 'ok';
  }
  @Get('port') @AllowOrigin('http://app.shop.example.com:8080') port() {
    return 'ok';
  }
  @Get('any-port') @AllowOrigin('http://app.shop.example.com:*') anyPort() {
    return 'ok';
  }
  @Get('label') @AllowOrigin('http://*.shop.example.com') label() {
    return 'ok';
  }
  @Get('labels') @AllowOrigin('http://**.shop.example.com') labels() {
    return 'ok';
  }
  @Get('regexp') @AllowOrigin(/http:\/\/app-\d{1,3}\.shop\.example\.com/) regexp() {
    return 'ok';
  }
  @Get('function') @AllowOrigin((origin) => origin === APP) byFunction() {
    return 'ok';
  }
  @Get('async') @AllowOrigin(async (origin) => await Promise.resolve(origin === APP)) byAsync() {
    return 'ok';
  }
  @Get('source') @AllowOrigin(TenantOrigins) source() {
    return 'ok';
  }
  @Get('failing')
  @AllowOrigin(() => {
    throw new Error('the database is away');
  })
  failing() {
    return 'ok';
  }
  @Get('null') @AllowOrigin('null', { dangerously: { nullOrigin: true } }) opaque() {
    return 'ok';
  }
  @Get('named') @UseCorsPolicy('everybody') named() {
    return 'ok';
  }
  @Get('extended') @AllowOrigin(EVIL, { merge: 'extend' }) extended() {
    return 'ok';
  }
  @Get('restricted') @AllowOrigin(EVIL, APP, { merge: 'restrict' }) restricted() {
    return 'ok';
  }
  @Get('internal') @NoCors() internal() {
    return 'ok';
  }
}
