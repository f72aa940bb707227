// A layer between SQLite and the system's files that gives every page of the store a checksum.
//
// A page ends with eight reserved bytes, which SQLite leaves alone. Invariants: (1) every page
// written to the store ends with PageChecksum of its number and the rest; (2) a page read from the
// store whose checksum is wrong fails the read with SQLITE_IOERR_DATA, unless it is all zero (a page
// that was allocated and never written); (3) a page read from the log is held against the log's own
// chain of checksums, which SQLite verifies only when it recovers, so that damage is not copied into
// the store under a fresh checksum. Requires `PRAGMA cache_spill = OFF`: SQLite then writes no frame
// twice, and the chain is whole whenever a frame is read.
//
// Rows have checksums of their own (row_table.h); pages need them too, because a damaged inner page
// makes rows vanish rather than differ. Thread rule: that of SQLite's own layer.
#pragma once

#include <string>

struct sqlite3;

namespace node {

// The name to open a connection with; the first call registers the layer above the default one.
[[nodiscard]] const char* CheckedVfs();

// Where this connection last read something damaged: " (page 3 of the store)", or nothing.
[[nodiscard]] std::string LastDamage(sqlite3* connection);

// Why the system refused this connection what it reports as `code`, an extended result code: an
// errno; 0 when it did not.
[[nodiscard]] int LastSystemError(sqlite3* connection, int code);

}  // namespace node
