//! Every bound on what comes in, in one table. A bound that is an option of CKAN's is only the default here.

/// Bytes of a JSON or form body.
pub const BODY_BYTES: usize = 2 * 1024 * 1024;
/// Files that come with one request.
pub const FILES: usize = 100;
/// Files that arrive at the same time.
pub const UPLOADS: usize = 64;
/// Levels of nesting in a JSON body.
pub const JSON_DEPTH: usize = 64;
/// Keys in a JSON body, over all levels.
pub const JSON_KEYS: usize = 10_000;
/// Bytes of one string in a body.
pub const STRING_BYTES: usize = 1024 * 1024;
/// Bytes of a query text (`q`, `sort`).
pub const QUERY_BYTES: usize = 8 * 1024;
/// Bytes of a filter (`fq`, one of `fq_list`): lists of ids are long.
pub const FILTER_BYTES: usize = 64 * 1024;
/// Clauses of a filter, over all levels; as many as Solr takes.
pub const FILTER_CLAUSES: usize = 1_024;
/// Levels of nesting in a query.
pub const QUERY_DEPTH: usize = 32;
/// Clauses of a query, over all levels.
pub const QUERY_CLAUSES: usize = 512;
/// Sort keys of a search.
pub const SORT_KEYS: usize = 16;
/// `rows` above this is cut without a word (`ckan.search.rows_max`).
pub const ROWS_MAX: usize = 1_000;
/// The deepest `start` of a search.
pub const START_MAX: usize = 100_000;
/// Facet fields of a search.
pub const FACET_FIELDS: usize = 50;
/// Values of a facet, also for `facet.limit=-1`.
pub const FACET_VALUES: usize = 100_000;
/// Bytes of the values of all facets of a search, 40 for each beside its letters.
pub const FACET_BYTES: usize = 8 * 1024 * 1024;
/// How long a search may take.
pub const SEARCH_MILLIS: u64 = 2_000;
/// Resources of a dataset.
pub const RESOURCES: usize = 2_000;
/// Extras of a dataset.
pub const EXTRAS: usize = 1_000;
/// Bytes of an extra's value.
pub const EXTRA_BYTES: usize = 64 * 1024;
/// Tags of a dataset.
pub const TAGS: usize = 1_000;
/// Datasets that one call changes.
pub const BULK: usize = 1_000;
/// Bytes of a rendered dataset.
pub const DOCUMENT_BYTES: usize = 2 * 1024 * 1024;
/// How long a request waits for a database connection.
pub const POOL_WAIT_MILLIS: u64 = 1_000;
/// How long one statement of a request may run.
pub const STATEMENT_MILLIS: u64 = 5_000;
/// The same in writes, where the wait for a dataset that many change at once counts too.
pub const WRITE_STATEMENT_MILLIS: u64 = 10_000;
/// How long one statement of a background job may run.
pub const JOB_STATEMENT_MILLIS: u64 = 60_000;
/// How long a statement waits for a lock.
pub const LOCK_MILLIS: u64 = 3_000;
/// How long a write waits for its change to be searchable before it answers all the same.
pub const VISIBLE_MILLIS: u64 = 5_000;
/// How long a search waits for changes that were answered before it, in milliseconds.
pub const SETTLE_MILLIS: u64 = 2_000;
/// Requests that wait for the search index at the same time because they asked to.
pub const INDEX_WAITERS: usize = 1_000;
/// Seconds that requests in flight get at shutdown.
pub const SHUTDOWN_SECONDS: u64 = 30;
