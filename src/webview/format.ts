import type { Unit } from './messages';

/** A value as people read it: `1,234`, `$0.0123`, `1.5 sec`. */
export function formatValue(value: number, unit: Unit, language: string): string {
  switch (unit) {
    case 'count':
      return new Intl.NumberFormat(language, { maximumFractionDigits: 0 }).format(value);
    case 'tokens':
      return new Intl.NumberFormat(language, { notation: 'compact', maximumFractionDigits: 1 }).format(value);
    case 'usd':
      return new Intl.NumberFormat(language, {
        ...{ style: 'currency', currency: 'USD', currencyDisplay: 'narrowSymbol' },
        maximumFractionDigits: value > 0 && value < 0.1 ? 4 : 2,
      }).format(value);
    case 'ms':
      return duration(value, language);
  }
}

function duration(ms: number, language: string): string {
  const [value, unit] =
    ms < 1_000
      ? [ms, 'millisecond']
      : ms < 60_000
        ? [ms / 1_000, 'second']
        : ms < 3_600_000
          ? [ms / 60_000, 'minute']
          : [ms / 3_600_000, 'hour'];
  const maximumFractionDigits = unit === 'millisecond' || value >= 10 ? 0 : 1;
  return new Intl.NumberFormat(language, {
    ...{ style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits },
  }).format(value);
}

/** A day as an axis shows it, and as a table does. */
export function formatDay(at: number, language: string, style: 'axis' | 'table'): string {
  return new Intl.DateTimeFormat(
    language,
    style === 'axis'
      ? { day: 'numeric', month: 'short' }
      : { weekday: 'short', day: 'numeric', month: 'short' },
  ).format(at);
}
