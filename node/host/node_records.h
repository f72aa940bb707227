// NodeRecords: what a node keeps of itself in its store, in a table of its own, and the way of the core's batches to the
// same store.
//
//   table 1, key          value
//   "incarnation"         u32 big-endian: the highest that was ever given out
//   "peers"               Discovery::Encode: the book and the bans
//   "routes"              "orb/routes/1", u32 count, then per contact: public key 32, u8 count of addresses,
//                         per address u8 length and text
//
// Invariants: (1) the first incarnation of a life is durable before Open returns, so no later life gives it again; the
// others (the core started again within one life) are written without waiting: another life has another seed, so that
// its peer repeats nothing even then; (2) what was saved last wins; (3) damaged or foreign values are reported and
// ignored, never trusted; not so the core's rows: without them it does not start, because a peer that has forgotten what it
// promised harms others; (4) batches of the core touch the core's tables only. Routes are hints: contacts of the core's
// routing table, to join through.
// Thread rule: the thread that runs io; completions arrive there. Source: docs/storage.md, docs/node.md.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <vector>

#include "core/codec/directory.h"
#include "core/crypto/suite.h"
#include "core/port/host.h"
#include "node/host/host.h"
#include "node/log/log.h"
#include "node/transport/asio.h"

namespace node {

inline constexpr core::TableId kNodeTable{1};

[[nodiscard]] core::Bytes EncodeRoutes(std::span<const core::Contact> routes);
// Contacts whose ids are computed, not read. DataLoss with what is wrong.
[[nodiscard]] core::StatusOr<std::vector<core::Contact>> DecodeRoutes(
    std::span<const uint8_t> bytes, const core::Suite& suite);

class NodeRecords : public HostMemory {
 public:
  // REQUIRES: everything outlives this; completions of `storage` reach OnStored through `io`.
  NodeRecords(core::Storage& storage, asio::io_context& io, const core::Suite& suite, Log& log);

  // What an earlier life has left; nothing, with a line in the log, when it is damaged.
  [[nodiscard]] std::optional<core::Bytes> LoadPeers();
  [[nodiscard]] std::vector<core::Contact> LoadRoutes();
  // Raises the incarnation and reads the core's rows. Before everything else. Error: the store cannot be read or written,
  // or a row of the core is damaged.
  [[nodiscard]] core::Status Open();

  // HostMemory.
  [[nodiscard]] uint32_t NextIncarnation() override;
  void SavePeers(std::vector<uint8_t> bytes) override;
  void SaveRoutes(const std::vector<core::Contact>& routes) override;

  [[nodiscard]] core::StatusOr<std::vector<core::StoredRow>> LoadRows() override;
  void Store(core::StoreRequest request) override;

  [[nodiscard]] core::Status Health() const override { return health_; }

  // In the order of completion. Gives what is to be told to the host, with the core's own ticket.
  [[nodiscard]] std::optional<core::Stored> OnStored(const core::Stored& stored);

  // Runs io until everything that was handed over is completed, or io is stopped. Never from inside a handler.
  void Drain();

 private:
  struct OpenBatch {
    std::optional<core::StoreTicket> of_core;  // Nothing: the node's own.
    core::Status refusal;  // Decided before; the store got an empty batch in its place.
    std::vector<core::StoreKey> reads;
  };

  [[nodiscard]] core::StatusOr<std::optional<core::Bytes>> Load(std::string_view key);
  void Save(std::string_view key, core::Bytes value);
  void Commit(core::StoreBatch batch, std::optional<core::StoreTicket> of_core,
              core::Status refusal);
  // What the keys hold now.
  [[nodiscard]] core::Status Read(const std::vector<core::StoreKey>& reads,
                                  std::vector<std::optional<core::Bytes>>& found) const;
  void NoteHealth(const core::Status& status);
  [[nodiscard]] core::StatusOr<std::vector<core::StoredRow>> ReadRows() const;

  core::Storage* storage_;
  asio::io_context* io_;
  const core::Suite* suite_;
  Log* log_;
  uint32_t incarnation_ = 0;
  bool given_ = false;  // incarnation_, by NextIncarnation.
  uint64_t next_ticket_ = 1;
  std::deque<OpenBatch> open_;                              // Handed over and not completed.
  std::optional<std::vector<core::StoredRow>> first_rows_;  // Read by Open, for the first start.
  core::Status health_;
  LogSite failure_site_{{.level = LogLevel::kError, .burst = 2, .interval = core::Minutes(5)}};
};

}  // namespace node
