// ClientHistory: what the clients of a run called and were told, as the file that `orbsim check-history` reads, model block
// (docs/history_format.md).
//
// Rules: (1) an open call keeps a process number of its own, because a client may have several calls open; (2) a refused
// write becomes `fail`, without a claim about the latest revision, which the refusing member may not know; (3) a client
// that stops leaves its open calls unknown; (4) each write of a transaction on several blocks is a call on its block; (5)
// of a dishonest client only the writes are noted, as unknown: what it says it was told is no evidence. Contents are the
// hashes of revisions. Source: simulator.md, section 5; TX-11. Thread rule: one thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/flat_table.h"
#include "sim/observe/block_keys.h"
#include "sim/observe/observer.h"

namespace sim {

class ClientHistory : public Observer {
 public:
  [[nodiscard]] FactMask Wants() const override {
    return MaskOf<core::CallStarted, core::CallWrite, core::CallFinished>();
  }

  void OnFact(const WorldView& world, const Fact& fact) override;
  void OnWorldFact(const WorldView& world, const WorldFact& fact) override;

  // Lines, each with its line feed; empty when nobody called anything.
  [[nodiscard]] const std::string& text() const { return text_; }

  [[nodiscard]] uint64_t calls() const { return calls_; }

 private:
  struct Line {
    uint32_t lane = 0;
    std::string head;  // The members that both lines of the call share.
    core::BlockId block;
    uint64_t base = 0;
  };

  struct Open {
    core::CallKind call = core::CallKind::kGet;
    bool honest = true;
    std::vector<Line> lines;  // One; of a transaction one for each write.
  };

  void Begin(const WorldView& world, const Fact& fact, const core::CallStarted& call);
  void BeginWrite(const Fact& fact, const core::CallWrite& write);
  void Invoke(const Fact& fact, Open& open, const core::BlockId& block, const char* function,
              const std::string& value, uint64_t base);
  void Finish(const Fact& fact, const core::CallFinished& finished);
  void End(WorldTime at, core::PeerId peer, const Open& open, const char* type,
           const core::CallFinished* finished);
  [[nodiscard]] static bool IsLater(const Open& open, const Line& line,
                                    const core::CallFinished& finished);
  [[nodiscard]] static std::string ResultOf(const Open& open, const Line& line,
                                            const core::CallFinished& finished);
  void Write(WorldTime at, const char* type, const std::string& head, const std::string& rest);
  [[nodiscard]] uint32_t TakeLane(core::PeerId peer);

  std::string text_;
  uint64_t calls_ = 0;
  core::FlatTable<CallName, Open, BlockKeyHash> open_;
  core::FlatTable<core::PeerId, std::vector<bool>> lanes_;  // Of each client: taken or free.
};

}  // namespace sim
