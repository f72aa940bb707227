// What an inspector is told, and what people are shown of a peer.
#include <algorithm>

#include "sim/world/inspector.h"
#include "sim/world/turn.h"

namespace sim {
namespace {

// What the lane held before an event.
struct Marks {
  explicit Marks(const StepLane& lane)
      : messages(lane.tapped.size()),
        world_facts(lane.world_facts.size()),
        user_facts(lane.user_facts.size()),
        facts(lane.facts.size()) {}

  size_t messages;
  size_t world_facts;
  size_t user_facts;
  size_t facts;
};

template <typename T>
std::span<const T> From(const std::vector<T>& all, size_t mark) {
  return std::span<const T>(all).subspan(mark);
}

}  // namespace

template <typename Handle>
void World::Inspected(StepLane& lane, InspectedEvent event, const Handle& handle) {
  inspector_->Before(event.at, event.peer);
  const Marks marks(lane);
  handle();
  event.messages = From(lane.tapped, marks.messages);
  event.world_facts = From(lane.world_facts, marks.world_facts);
  event.user_facts = From(lane.user_facts, marks.user_facts);
  event.facts = From(lane.facts, marks.facts);
  inspector_->After(event);
}

void World::InspectedDeliver(StepLane& lane, Outbox& outbox, WorldTime now, const Event& event) {
  InspectedEvent told{now, event.to, "message", event.from, {}, {}, {}, {}};
  if (event.from == kWorld) {
    told.what = "errand of the world";
  } else if (event.payload == kRefusal) {
    told.what = "refused connection";
  } else if (!IsFrame(event)) {
    told.what = "disk";
  } else {
    told.from = frames_.At(event.payload).from;
    if (event.from == event.to) told.what = "delayed message";
  }
  Inspected(lane, told, [&] { HandleDelivery(lane, outbox, now, event); });
}

void World::InspectedWake(StepLane& lane, Outbox& outbox, WorldTime now, core::PeerId peer) {
  const InspectedEvent told{now, peer, "timer", peer, {}, {}, {}, {}};
  Inspected(lane, told, [&] { HandleWake(lane, outbox, now, peer); });
}

core::Time World::LocalTime(core::PeerId peer, WorldTime at) const {
  return clocks_->LocalAt(peer, at);
}

void World::Describe(core::PeerId peer, core::StateListener& listener) const {
  const PeerSlot& slot = slots_[peer.value];
  core::ShownState state(listener);
  state.Show("up", slot.process != nullptr);
  state.Show("starts so far", slot.incarnation);
  state.Show("group", std::string_view(scenario_.groups[slot.group].name));
  state.Show("honest", IsHonest(peer));
  state.Show("refuses while down", slot.refuses);
  if (slot.process != nullptr) {
    state.Show("wakes", slot.process->NextDeadline());
    slot.process->Describe(listener);
  }
  if (slot.extras != nullptr) DescribeExtras(peer, *slot.extras, listener);
}

void World::DescribeExtras(core::PeerId peer, const PeerExtras& extras,
                           core::StateListener& listener) const {
  core::ShownState state(listener);
  state.Part("machine", [&] {
    state.Show("unreadable disk", extras.unreadable);
    const auto show_instant = [&](std::string_view name, WorldTime at) {
      if (at > WorldTime{0}) state.Show(name, LocalTime(peer, at));
    };
    show_instant("paused until", extras.paused_until);
    if (extras.paused_by.has_value()) state.Show("paused by fault", *extras.paused_by);
    show_instant("busy until", extras.busy_until);
    show_instant("slow until", extras.slow_until);
    if (extras.slow_by.us > 0) state.Show("slow by", extras.slow_by);
    state.Show("crash points", extras.crash_points);
    state.Show("saved contacts", extras.saved_contacts);
  });
  if (extras.storage != nullptr) state.Module("storage", *extras.storage);
  if (extras.user != nullptr) state.Module("user of blocks", *extras.user);
  if (extras.collections != nullptr) state.Module("user of collections", *extras.collections);
}

}  // namespace sim
