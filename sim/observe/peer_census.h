// PeerCensus: where the peers of a run stand on the ring of keys, when they were up, who did most, what took longest, and who met
// where. Written as peers.jsonl (docs/commands.md), which `orbsim report` draws.
//
// Bounded whatever the size of the run: at most kShownMax peers are followed, evenly spaced by handle; their course is kept in at
// most kFramesMax frames of equal length, which doubles when they are full; of operations the kSlowMax slowest, of busy peers the
// kBusyMax busiest, of each kind of meeting place the first kPlacesMax. Besides, 4 bytes for every peer. Work is what a peer does
// for others: records taken, questions answered, revisions applied. Thread rule: one thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sim/observe/observer.h"
#include "sim/observe/summary.h"

namespace sim {

class PeerCensus : public Observer {
 public:
  static constexpr uint32_t kShownMax = 4096;
  static constexpr size_t kFramesMax = 240;
  static constexpr size_t kSlowMax = 50;
  static constexpr size_t kBusyMax = 50;
  static constexpr size_t kPlacesMax = 24;  // Of each kind.
  static constexpr size_t kMembersMax = 64;

  [[nodiscard]] FactMask Wants() const override {
    return MaskOf<core::LookupDone, core::MatchFinished, core::CallFinished, core::Held,
                  core::Answered, core::RevisionApplied, core::Matched>();
  }

  void OnFact(const WorldView& world, const Fact& fact) override;
  void OnWorldFact(const WorldView& world, const WorldFact& fact) override;
  void OnCheckpoint(const WorldView& world) override;
  void OnEnd(const WorldView& world) override;

  // peers.jsonl. REQUIRES: the run is over.
  [[nodiscard]] std::string Text(const RunReport& report) const;

 private:
  enum class State : char { kDown = '.', kPaused = '=', kUp = '0' };

  struct Operation {
    std::string_view what;
    core::PeerId peer;
    WorldTime at;
    core::Duration took;
  };

  // Where peers meet: a block with its cluster, a key with its holders, a topic with those that found each other.
  struct Place {
    std::string_view kind;
    core::Key256 name;
    core::Key256 position;
    std::vector<core::PeerId> members;  // In the order of their coming.
    bool more = false;
  };

  struct Standing {
    core::PeerId peer;
    core::Key256 id;
    bool honest = true;
    bool client = false;
  };

  void Begin(const WorldView& world);
  // Closes the frames that end before or at `now`.
  void Advance(WorldTime now);
  void CloseFrame();
  void Work(core::PeerId peer);
  void Finished(std::string_view what, const Fact& fact, core::Duration took);
  void Meet(std::string_view kind, const core::Key256& name, core::PeerId peer);
  [[nodiscard]] core::PeerId PeerAt(size_t shown) const;
  // Where the peer stands among those shown; kShownMax: nowhere.
  [[nodiscard]] size_t ShownIndex(core::PeerId peer) const;
  [[nodiscard]] std::vector<core::PeerId> Busiest() const;
  void Stand(const WorldView& world, core::PeerId peer);

  uint32_t peers_ = 0;
  uint32_t shown_ = 0;
  std::vector<uint32_t> work_;  // By peer.
  std::vector<State> states_;   // By place among those shown, as the next two.
  std::vector<uint32_t> frame_work_;
  std::vector<uint32_t> starts_;
  core::Duration frame_length_ = core::Milliseconds(10);
  std::vector<std::string> frames_;  // A letter per peer shown.
  std::vector<Operation> slow_;      // Slowest first.
  std::vector<Place> places_;
  std::vector<Standing>
      standings_;  // Filled at the end: those shown, the busiest, the slowest, members; each once.
};

}  // namespace sim
