import { setFlagsFromString } from 'node:v8';
import { Controller, Get, Module, Res } from '@nestjs/common';
import { AllowOrigin, CorsModule } from '../../../lib/index.js';
import { startApp } from '../../support/apps.js';
import { send } from '../../support/http.js';

/*
 * Prints whether the responses of an app have one shape for V8 when the handler runs, and what is added to one after that. The flag that lets a
 * program ask holds for the whole process.
 */

setFlagsFromString('--allow-natives-syntax');
// oxlint-disable-next-line typescript/no-implied-eval -- no parser but V8's knows the syntax
const haveOneShape = new Function('a', 'b', 'return %HaveSameMap(a, b)') as (a: object, b: object) => boolean;

const A = 'https://a.example';
const WARM_UP = 50;
const HELD = 3;

interface Held {
  end(): void;
}

const held: Held[] = [];
let isHolding = false;

@Controller('cats')
@AllowOrigin(A)
class CatsController {
  @Get() list(@Res() response: Held) {
    held.push(response);
    if (isHolding && held.length < HELD) return;
    if (isHolding) report(held as [Held, Held, Held]);
    for (const one of held.splice(0)) one.end();
  }
}

@Module({ imports: [CorsModule.forRoot({})], controllers: [CatsController] })
class AppModule {}

/** The names of properties that something adds to an object. */
function addedBy(object: object, act: () => void): readonly string[] {
  const before = new Set(Reflect.ownKeys(object));
  act();
  return Reflect.ownKeys(object)
    .filter((key) => !before.has(key))
    .map(String);
}

function report([first, second, third]: readonly [Held, Held, Held]): void {
  const compared = {
    first: haveOneShape(first, second),
    second: haveOneShape(second, third),
    other: haveOneShape(first, {}),
    added: addedBy(first, () => first.end()),
  };
  process.stdout.write(JSON.stringify(compared));
}

const { app, port } = await startApp('express', AppModule);
const get = () => send(port, { path: '/cats', headers: { origin: A } });
for (let count = 0; count < WARM_UP; count++) await get();
isHolding = true;
await Promise.all(Array.from({ length: HELD }, get));
await app.close();
