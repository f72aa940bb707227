// The embedded stores among which docs/decisions/0006 chose, each as its documentation advises for
// durable commits: store=sqlite|lmdb|rocksdb, and the options of store_workload.h. Built on demand by
// tests/performance/stores/build, because the project does not depend on those that lost.
#include <lmdb.h>
#include <rocksdb/db.h>
#include <rocksdb/utilities/write_batch_with_index.h>
#include <sqlite3.h>

#include "tests/performance/stores/store_workload.h"

namespace bench {
namespace {

bool VersionIs(const void* value, uint64_t version) {
  return std::memcmp(value, &version, 8) == 0;
}

// WAL, synchronous=FULL; rows with overflow pages of 4 KiB or inside pages of 8 KiB.
class Sqlite : public BlockStore {
 public:
  Sqlite(const std::string& folder, const std::string& page_bytes) {
    Need(sqlite3_open((folder + "/store.db").c_str(), &connection_) == SQLITE_OK, "sqlite open");
    Execute(("PRAGMA page_size = " + page_bytes).c_str());
    Execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -32768");
    Execute("CREATE TABLE IF NOT EXISTS rows (key BLOB PRIMARY KEY, value BLOB) WITHOUT ROWID");
    find_ = Prepare("SELECT value FROM rows WHERE key = ?1");
    put_ = Prepare("REPLACE INTO rows VALUES (?1, ?2)");
    begin_ = Prepare("BEGIN IMMEDIATE");
    commit_ = Prepare("COMMIT");
  }

  ~Sqlite() override {
    for (sqlite3_stmt* statement : {find_, put_, begin_, commit_}) sqlite3_finalize(statement);
    sqlite3_close(connection_);
  }

  void Begin() override { Run(begin_); }

  bool Put(const BlockKey& key, uint64_t version, const Block& block) override {
    Bind(find_, 1, key);
    const bool found = sqlite3_step(find_) == SQLITE_ROW;
    const bool right = found ? VersionIs(sqlite3_column_blob(find_, 0), version) : version == 0;
    sqlite3_reset(find_);
    if (!right) return false;
    Bind(put_, 1, key);
    Bind(put_, 2, block);
    Run(put_);
    return true;
  }

  void Commit() override { Run(commit_); }

  bool Get(const BlockKey& key, Block& block) override {
    Bind(find_, 1, key);
    const bool found = sqlite3_step(find_) == SQLITE_ROW;
    if (found) std::memcpy(block.data(), sqlite3_column_blob(find_, 0), block.size());
    sqlite3_reset(find_);
    return found;
  }

 private:
  void Execute(const char* sql) {
    Need(sqlite3_exec(connection_, sql, nullptr, nullptr, nullptr) == SQLITE_OK, sql);
  }

  sqlite3_stmt* Prepare(const char* sql) {
    sqlite3_stmt* statement = nullptr;
    Need(sqlite3_prepare_v2(connection_, sql, -1, &statement, nullptr) == SQLITE_OK, sql);
    return statement;
  }

  template <typename Bytes>
  static void Bind(sqlite3_stmt* statement, int parameter, const Bytes& bytes) {
    sqlite3_bind_blob(statement, parameter, bytes.data(), static_cast<int>(bytes.size()),
                      SQLITE_STATIC);
  }

  static void Run(sqlite3_stmt* statement) {
    Need(sqlite3_step(statement) == SQLITE_DONE, sqlite3_sql(statement));
    sqlite3_reset(statement);
  }

  sqlite3* connection_ = nullptr;
  sqlite3_stmt* find_ = nullptr;
  sqlite3_stmt* put_ = nullptr;
  sqlite3_stmt* begin_ = nullptr;
  sqlite3_stmt* commit_ = nullptr;
};

class Lmdb : public BlockStore {
 public:
  explicit Lmdb(const std::string& folder) {
    Need(mdb_env_create(&environment_) == 0, "lmdb environment");
    Need(mdb_env_set_mapsize(environment_, size_t{4} << 30) == 0, "lmdb size");
    Need(mdb_env_open(environment_, folder.c_str(), 0, 0600) == 0, "lmdb open");
    Begin();
    Need(mdb_dbi_open(write_, nullptr, 0, &rows_) == 0, "lmdb table");
    Commit();
    Need(mdb_txn_begin(environment_, nullptr, MDB_RDONLY, &read_) == 0, "lmdb read");
    mdb_txn_reset(read_);
  }

  ~Lmdb() override {
    mdb_txn_abort(read_);
    mdb_env_close(environment_);
  }

  void Begin() override {
    Need(mdb_txn_begin(environment_, nullptr, 0, &write_) == 0, "lmdb begin");
  }

  bool Put(const BlockKey& key, uint64_t version, const Block& block) override {
    MDB_val name = ValueOf(key);
    MDB_val found;
    const bool exists = mdb_get(write_, rows_, &name, &found) == 0;
    if (!(exists ? VersionIs(found.mv_data, version) : version == 0)) return false;
    MDB_val value = ValueOf(block);
    return mdb_put(write_, rows_, &name, &value, 0) == 0;
  }

  void Commit() override { Need(mdb_txn_commit(write_) == 0, "lmdb commit"); }

  bool Get(const BlockKey& key, Block& block) override {
    Need(mdb_txn_renew(read_) == 0, "lmdb renew");
    MDB_val name = ValueOf(key);
    MDB_val found;
    const bool exists = mdb_get(read_, rows_, &name, &found) == 0;
    if (exists) std::memcpy(block.data(), found.mv_data, block.size());
    mdb_txn_reset(read_);
    return exists;
  }

 private:
  template <typename Bytes>
  static MDB_val ValueOf(const Bytes& bytes) {
    return {bytes.size(), const_cast<uint8_t*>(bytes.data())};  // LMDB's interface; it only reads.
  }

  MDB_env* environment_ = nullptr;
  MDB_dbi rows_ = 0;
  MDB_txn* write_ = nullptr;
  MDB_txn* read_ = nullptr;
};

class Rocks : public BlockStore {
 public:
  explicit Rocks(const std::string& folder) {
    rocksdb::Options options;
    options.create_if_missing = true;
    options.compression = rocksdb::kNoCompression;
    options.write_buffer_size = 32 << 20;
    rocksdb::DB* database = nullptr;
    Need(rocksdb::DB::Open(options, folder, &database).ok(), "rocksdb open");
    database_.reset(database);
    durable_.sync = true;
  }

  void Begin() override { batch_.Clear(); }

  bool Put(const BlockKey& key, uint64_t version, const Block& block) override {
    const bool exists = batch_.GetFromBatchAndDB(database_.get(), {}, SliceOf(key), &found_).ok();
    if (!(exists ? VersionIs(found_.data(), version) : version == 0)) return false;
    return batch_.Put(SliceOf(key), SliceOf(block)).ok();
  }

  void Commit() override {
    Need(database_->Write(durable_, batch_.GetWriteBatch()).ok(), "rocksdb write");
  }

  bool Get(const BlockKey& key, Block& block) override {
    if (!database_->Get({}, SliceOf(key), &found_).ok()) return false;
    std::memcpy(block.data(), found_.data(), block.size());
    return true;
  }

 private:
  template <typename Bytes>
  static rocksdb::Slice SliceOf(const Bytes& bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }

  std::unique_ptr<rocksdb::DB> database_;
  rocksdb::WriteOptions durable_;
  rocksdb::WriteBatchWithIndex batch_{rocksdb::BytewiseComparator(), 0, true};
  std::string found_;
};

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
  const std::string name = bench::Option(argc, argv, "store", "");
  const std::string page = bench::Option(argc, argv, "page", "4096");
  return bench::RunStore((name == "sqlite" ? name + page : name).c_str(),
                         [&](const std::string& folder) -> std::unique_ptr<bench::BlockStore> {
                           if (name == "sqlite")
                             return std::make_unique<bench::Sqlite>(folder, page);
                           if (name == "lmdb") return std::make_unique<bench::Lmdb>(folder);
                           if (name == "rocksdb") return std::make_unique<bench::Rocks>(folder);
                           std::fprintf(stderr, "store=%s: allowed: sqlite, lmdb, rocksdb\n",
                                        name.c_str());
                           std::exit(1);
                         },
                         argc, argv);
}
