// RingWeb: the storage rings over the time of a run, as the world knows them. Written as rings.jsonl (docs/commands.md), which
// `orbsim report` draws as a web.
//
// Bounded whatever the size of the run: the course is kept in at most kFramesMax frames of equal length, which doubles when
// they are full; of nodes the first kShownMax that lend are drawn, the figures are of all; of blocks at most kJudgedMax are
// followed, evenly spaced by key: when there are more, every second one is let go. A frame is the state at its end. Overlap is
// exact: rings are prefixes of at most kRingMax bits, so the keys between two neighbouring ones of that length are alike.
// Thread rule: one thread.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "core/base/flat_table.h"
#include "sim/observe/observer.h"
#include "sim/observe/ring_view.h"
#include "sim/observe/summary.h"

namespace sim {

class RingWeb : public Observer {
 public:
  static constexpr size_t kFramesMax = 120;
  static constexpr uint32_t kShownMax = 1000;
  static constexpr size_t kJudgedMax = 4096;
  static constexpr size_t kMarksMax =
      100;  // Blocks of each kind under the floor that a frame names.

  [[nodiscard]] FactMask Wants() const override {
    return RingView::Facts() | MaskOf<core::StoragePressure>();
  }

  void OnFact(const WorldView& world, const Fact& fact) override;
  void OnWorldFact(const WorldView& world, const WorldFact& fact) override;
  void OnCheckpoint(const WorldView& world) override;
  void OnEnd(const WorldView& world) override;

  // False: nobody has lent anything.
  [[nodiscard]] bool has_rings() const { return !ids_.empty(); }

  // rings.jsonl. REQUIRES: the run is over, has_rings().
  [[nodiscard]] std::string Text(const RunReport& report) const;

 private:
  struct Frame {
    std::string places;  // Per node shown: status, ring, where it comes from.
    uint64_t overlap_milli = 0;
    uint32_t overlap_least = 0;
    uint32_t holders_least = 0;
    uint32_t judged = 0;
    uint32_t fell = 0;              // Judged blocks whose latest revision fell under the floor.
    uint32_t short_of = 0;          // Those whose latest revision was never seen at it.
    std::vector<uint16_t> fell_at;  // The first bits of their keys.
    std::vector<uint16_t> short_at;
    std::array<uint32_t, 5> nodes{};  // By status, as the letters of places.
    uint32_t pressed = 0;
    uint64_t used = 0;
    uint64_t capacity = 0;
  };

  struct Member {
    uint64_t used = 0;
    bool pressed = false;
  };

  // Closes the frames that end before or at `now`.
  void Advance(const WorldView& world, WorldTime now);
  void CloseFrame(const WorldView& world);
  void CountNodes(const WorldView& world, Frame& frame) const;
  void CountBlocks(const WorldView& world, Frame& frame);
  [[nodiscard]] bool IsJudged(const core::Key256& key) const;
  void Meet(const WorldView& world, core::PeerId peer);

  RingView view_;
  core::FlatTable<core::PeerId, Member> members_;  // Those that have lent.
  std::vector<core::PeerId> shown_;
  std::vector<core::NodeId> ids_;  // Of those shown.
  // Of judged blocks: the latest revision that was at the floor when a frame ended.
  core::FlatTable<core::Key256, uint64_t> reached_;
  uint64_t skipped_ = 0;  // Bits of a key that must be zero for it to be judged.
  core::Duration frame_length_ = core::Milliseconds(10);
  std::vector<Frame> frames_;
  bool changed_ = true;  // Since the last frame.
};

}  // namespace sim
