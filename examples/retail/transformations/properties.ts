import { conf } from 'millrace'

/**
 * The properties of a table: its layer, and how long its log and the files of older versions stay. A pipeline that commits all the time
 * may want less than Delta's month and week.
 */
export function properties(quality: 'bronze' | 'silver' | 'gold'): Record<string, string> {
  return {
    quality,
    'delta.logRetentionDuration': conf.get('log_retention', 'interval 30 days'),
    'delta.deletedFileRetentionDuration': conf.get('file_retention', 'interval 7 days'),
  }
}

/** The properties of a report: a continuous update makes it anew this often at most. */
export function reportProperties(): Record<string, string> {
  return { ...properties('gold'), 'pipelines.trigger.interval': conf.get('report_interval', '10 seconds') }
}
