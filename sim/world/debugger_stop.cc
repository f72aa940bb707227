#include "sim/world/debugger_stop.h"

#include <string>

#include "sim/observe/state_text.h"

// NOLINTBEGIN(cppcoreguidelines-avoid-non-const-global-variables,readability-identifier-naming): a debugger knows names only.
extern "C" {
volatile uint32_t orb_stop_peer = 0xffffffffu;
volatile int64_t orb_stop_at_us = 0;
volatile uint32_t orb_here_peer = 0xffffffffu;
volatile int64_t orb_here_at_us = 0;

const char* orb_state();

// What is left out of both must not be left out of the program.
[[gnu::noinline]] void orb_stop_ready() {
  asm volatile("" : : "r"(&orb_state));
}

[[gnu::noinline]] void orb_stop() {
  asm volatile("");
}
}

namespace {

const sim::World* looked_at = nullptr;

}  // namespace

extern "C" const char* orb_state() {
  static std::string text;
  if (looked_at == nullptr || orb_here_peer >= looked_at->PeerCount()) return "no peer\n";
  const core::PeerId peer{orb_here_peer};
  const sim::WorldTime now{orb_here_at_us};
  sim::StateText state("peer " + std::to_string(peer.value), looked_at->LocalTime(peer, now));
  looked_at->Describe(peer, state);
  text = state.Lines();
  return text.c_str();
}

// NOLINTEND(cppcoreguidelines-avoid-non-const-global-variables,readability-identifier-naming)

namespace sim {

DebuggerStop::DebuggerStop(const World& world) {
  looked_at = &world;
  orb_stop_ready();
}

DebuggerStop::~DebuggerStop() {
  looked_at = nullptr;
}

void DebuggerStop::Before(WorldTime at, core::PeerId peer) {
  if (peer.value != orb_stop_peer || at.us < orb_stop_at_us) return;
  orb_here_peer = peer.value;
  orb_here_at_us = at.us;
  orb_stop();
}

}  // namespace sim
