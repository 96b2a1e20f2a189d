import type { ShippingEngine } from '../../../../lib/engines/quirks.js';
import { CHROMIUM_DEPARTURES } from './chromium.js';
import type { Departures } from './departure.js';
import { FIREFOX_DEPARTURES } from './firefox.js';
import { WEBKIT_DEPARTURES } from './webkit.js';

/** Where engines depart from the standard. In all other cases they do what it says. */
export const DEPARTURES: Readonly<Record<ShippingEngine, Departures>> = {
  chromium: CHROMIUM_DEPARTURES,
  firefox: FIREFOX_DEPARTURES,
  webkit: WEBKIT_DEPARTURES,
};
