import { bound, type Macro, plain } from './macro.ts'
import { raise } from './raise.ts'

/** Maps are made through one gate: a key that is NULL or that stands twice is an error. */
export const mapMacros: readonly Macro[] = [
  bound(
    'map_of',
    ['entries'],
    `CASE WHEN len(list_filter({entries}, lambda map_entry: map_entry IS NULL)) > 0 THEN NULL
      WHEN list_position(list_transform({entries}, lambda map_entry: map_entry.key), NULL) IS NOT NULL THEN ${raise('NULL_MAP_KEY')}
      WHEN len(list_distinct(list_transform({entries}, lambda map_entry: map_entry.key))) < len({entries})
        THEN ${raise('DUPLICATED_MAP_KEY', {
          key: `list_filter(list_transform({entries}, lambda map_entry: map_entry.key),
          lambda map_key, map_at: list_position(list_transform({entries}, lambda map_entry: map_entry.key), map_key) <> map_at)[1]`,
        })}
      ELSE map_from_entries({entries}) END`,
  ),
  bound(
    'map_from_arrays',
    ['keys', 'vals'],
    `CASE WHEN {keys} IS NULL OR {vals} IS NULL THEN NULL
      WHEN len({keys}) <> len({vals}) THEN ${raise('MAP_ARRAYS_DIFFERENT_LENGTH', { keys: 'len({keys})', values: 'len({vals})' })}
      ELSE millrace.map_of(list_transform({keys}, lambda map_key, map_at: {'key': map_key, 'value': {vals}[map_at]})) END`,
  ),
  bound(
    'split_once',
    ['s', 'pair', 'separator'],
    `list_transform(string_split_regex({s}, {pair}), lambda split_part_text:
      CASE WHEN regexp_matches(split_part_text, {separator})
        THEN millrace.split_limit(split_part_text, {separator}, 2) ELSE [split_part_text, NULL] END)`,
  ),
  plain(
    'str_to_map',
    ['s', 'pair', 'separator'],
    `millrace.map_of(list_transform(millrace.split_once({s}, {pair}, {separator}), lambda map_part: {'key': map_part[1], 'value': map_part[2]}))`,
  ),
]
