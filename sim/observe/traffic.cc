#include "sim/observe/traffic.h"

#include "core/base/check.h"
#include "core/codec/message_types.h"

namespace sim {
std::string_view NameOfMessageType(size_t index) {
  CHECK(index < kMessageTypes);
  return core::kMessageTypes[index].name;
}

void TrafficCounters::Add(const TrafficCounters& other) {
  for (size_t i = 0; i < kMessageTypes; ++i) {
    by_type[i].sent += other.by_type[i].sent;
    by_type[i].delivered += other.by_type[i].delivered;
    by_type[i].bytes += other.by_type[i].bytes;
  }
  dropped.Add(other.dropped);
  steps += other.steps;
  queue_delay.Add(other.queue_delay);
}

void TrafficCounters::Clear() {
  by_type.fill({});
  dropped = {};
  steps = 0;
  queue_delay.Clear();
}

TypeTraffic TrafficCounters::Total() const {
  TypeTraffic total;
  for (const TypeTraffic& type : by_type) {
    total.sent += type.sent;
    total.delivered += type.delivered;
    total.bytes += type.bytes;
  }
  return total;
}

uint64_t TrafficCounters::DroppedTotal() const {
  uint64_t total = 0;
  for (const uint64_t count : dropped.counts) total += count;
  return total;
}

}  // namespace sim
