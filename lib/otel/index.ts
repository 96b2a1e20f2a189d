export { countVerdicts, type CountVerdictsOptions } from './count-verdicts.js';
