/**
 * The closed list of what can be wrong with FAQ files. Codes are stable: programs and runbooks may key on them.
 */

/** A file with one of these is refused whole: an FAQ file and its corpus by a reload, a golden file by an evaluation. */
export type FaultCode =
  /** The file is not well-formed YAML, JSON, CSV or TSV. */
  | 'syntax_error'
  /** A golden file cannot be opened or read. An FAQ file that cannot is an error of the whole call. */
  | 'unreadable_file'
  /** The bytes are not UTF-8. */
  | 'wrong_encoding'
  /** The file's ending is none of yaml, yml, json, jsonl, csv, tsv. */
  | 'unknown_format'
  /** A value is not of the kind its field takes. */
  | 'wrong_type'
  /** A field that must be there is missing or blank. */
  | 'missing_field'
  /** An entry has no question. */
  | 'missing_questions'
  /** A question, counter-example or golden utterance is blank. */
  | 'empty_question'
  /** A text is over its limit (limits.ts). */
  | 'too_long'
  /** Two entries have the same id. */
  | 'duplicate_id'
  /** A mapping has the same key twice, or a table the same column. */
  | 'duplicate_key'
  /** Table rows of one id, entries of one intent, or files disagree on a value that is had once. */
  | 'conflicting_value'
  /** A number is outside the range of its field. */
  | 'out_of_range'
  /** A locale is not a BCP 47 tag. */
  | 'bad_locale'
  /** The files hold no entry. */
  | 'no_entries'
  /** The files hold more texts than one corpus may. */
  | 'too_many'
  /** A calibration row names an intent that the corpus lacks. */
  | 'unknown_intent'
  /** Two calibration rows of the same utterance mean different things. */
  | 'contradicting_rows'
  /** A calibration row is a stored question of another intent than it means. */
  | 'contradicts_question'
  /** A calibration row is a counter-example of what it means. */
  | 'contradicts_counter_example';

/**
 * These are worth a look and stop nothing. A reload adds its own (versions/learnt-summary.ts): `unreachable_precision`, a min_precision of the files that the corpus does not
 * reach; `learnt_questions`, that the encoder was adapted to; `one_sided_calibration`, calibration rows that are all in scope, or all out of it;
 * `unexpected_share`, calibration rows of which another share is out of scope than is expected.
 */
export type WarningCode =
  /** A field or column that no reader knows; it may be a misspelt one. */
  | 'unknown_field'
  /** The same question (text/normalise.ts, exactKey) twice in one entry: the second is dropped. */
  | 'duplicate_question'
  /** The same question under two intents: it will be answered with CLARIFY. */
  | 'ambiguous_question'
  /** A question equals a counter-example, which wins: its intent, or with one of the corpus any, never answers it. */
  | 'contradicts_counter_example'
  /** A tag from a table holds a comma or semicolon: it may be several. */
  | 'unsplit_tags'
  /** A locale is well formed and names no known language. */
  | 'doubtful_locale'
  /** Some entries have a locale and this one has none: no filter on a locale finds it. */
  | 'missing_locale'
  /** A question, counter-example or golden utterance holds what nobody types: text in the wrong encoding, an HTML entity. */
  | 'garbled_text'
  /** An entry has no answer. */
  | 'missing_answer'
  /** A golden row names an intent that the corpus lacks. */
  | 'unknown_intent'
  /** Calibration rows that the corpus stores, or that say what another says: they teach nothing. One warning for all. */
  | 'idle_rows';
