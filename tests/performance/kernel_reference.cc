// What a kernel can reach that does less than the engine: no order among the events of one instant,
// no fingerprint, no timers. The engine's figures are divided by these.
//   kernel_reference kernel=queue N=100000 K=10                      std::priority_queue
//   kernel_reference kernel=windows N=100000 K=10 threads=1 toil=0   time slots and lookahead
//   windows
// toil=190 is about 0.4 us of work for each event. The first pass warms up and is not printed.
#include <queue>
#include <string>

#include "tests/performance/window_kernel.h"
#include "tests/performance/workload.h"

namespace bench {
namespace {

struct QueueEvent {
  int64_t at;
  uint32_t to;
  uint32_t from;
  uint32_t rumour;
  uint32_t sequence;

  bool operator<(const QueueEvent& other) const {
    return at > other.at || (at == other.at && sequence > other.sequence);
  }
};

uint64_t RunQueue(const KernelSettings& settings, GossipPeers& peers) {
  std::priority_queue<QueueEvent> queue;
  uint32_t sequence = 0;
  for (uint32_t i = 0; i < settings.rumours; ++i) {
    queue.push({StartOf(i), OriginOf(i, settings.peers), kNobody, i, sequence++});
  }
  uint64_t events = 0;
  while (!queue.empty()) {
    const QueueEvent event = queue.top();
    queue.pop();
    if (!queue.empty()) peers.Prefetch(queue.top().to);
    ++events;
    PassOn(peers, event.at, event.to, event.from, event.rumour,
           [&](int64_t at, uint32_t to, uint32_t from) {
             queue.push({at, to, from, event.rumour, sequence++});
           });
  }
  return events;
}

int Main(int count, char** values) {
  const Arguments arguments(count, values);
  const std::string kernel = arguments.Text("kernel", "windows");
  const KernelSettings settings{.peers = arguments.Number("N", 1000),
                                .rumours = arguments.Number("K", 1000),
                                .passes = arguments.Number("passes", 3),
                                .threads = kernel == "queue" ? 1 : arguments.Number("threads", 1),
                                .toil = static_cast<int>(arguments.Number("toil", 0))};
  const double bytes_before = PeakBytes();
  GossipPeers peers(settings.peers, settings.rumours);
  Windows<NumberCargo> windows(settings, &peers);
  for (uint32_t pass = 0; pass <= settings.passes; ++pass) {
    peers.Forget();
    const Watch began;
    const uint64_t events = kernel == "queue" ? RunQueue(settings, peers) : windows.Run();
    if (pass == 0) continue;
    Print({kernel, "W1", settings.peers, settings.rumours, settings.threads, events, bytes_before},
          began, " toil=" + std::to_string(settings.toil));
  }
  return 0;
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
  return bench::Main(argc, argv);
}
