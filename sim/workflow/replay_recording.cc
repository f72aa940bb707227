#include "sim/workflow/replay_recording.h"

#include <memory>
#include <ostream>

#include "absl/strings/str_format.h"

#include "core/crypto/sodium_suite.h"
#include "core/peer/peer.h"
#include "core/recording/replayer.h"
#include "sim/observe/describe.h"
#include "sim/observe/state_text.h"
#include "sim/observe/verdict_lines.h"
#include "sim/scenario/findings.h"
#include "sim/workflow/build_info.h"
#include "sim/workflow/narrate_input.h"
#include "sim/workflow/session.h"

namespace sim {
namespace {

using core::Divergence;
using core::Replayer;

// How far a replay came.
struct Progression {
  core::Time first;  // Of the first input that is there.
  core::Time last;
  uint64_t shown = 0;      // Inputs read.
  bool stopped = false;    // By Ctrl-C.
  bool cut_short = false;  // By --until.
};

WorldTime Since(core::Time first, core::Time now) {
  return {(now - first).us};
}

std::string ShortHex(const core::Key256& key) {
  return Sentence({"", {{"peer", key}}});
}

void PrintFirstLine(const Replayer& replayer, size_t bytes, Console& console) {
  const core::RecordingHeader& header = replayer.header();
  console.out << absl::StrFormat("recording of %s  handle %d  incarnation %d  build %s  bytes %d\n",
                                 ShortHex(replayer.context().directory->NodeIdOf(header.self)),
                                 header.self.value, header.stream.incarnation,
                                 VisibleText(header.build), bytes);
  if (header.build == SourceVersion()) return;
  console.error << absl::StrFormat(
      "replay: the recording is from build %s, this is %s; the peers may differ\n",
      VisibleText(header.build), std::string(SourceVersion()));
}

void PrintGap(const core::ReplayedInput& step, Console& console) {
  if (step.skipped == 0) return;
  console.out << absl::StrFormat(
      "gap              %d inputs before input %d were not kept; from here on inputs are read and "
      "nothing is compared\n",
      step.skipped, step.number);
}

core::StatusOr<Progression> Feed(const ReplayOptions& options, WorldTime until, Replayer& replayer,
                                 core::Participant& peer, Console& console) {
  Progression progression;
  core::Effects effects;
  core::ReplayedInput step;
  std::optional<core::PeerId> only;
  if (options.peer.has_value()) only = core::PeerId{*options.peer};
  while (!replayer.divergence().has_value()) {
    ASSIGN_OR_RETURN(const bool more, replayer.Next(peer, step));
    if (!more) break;
    if (progression.shown == 0) progression.first = step.now;
    progression.stopped = console.Interrupted();
    progression.cut_short = Since(progression.first, step.now) > until;
    if (progression.stopped || progression.cut_short) break;
    replayer.Feed(peer, effects, step);
    ++progression.shown;
    progression.last = step.now;
    PrintGap(step, console);
    if (options.verbose || only.has_value()) {
      console.out << NarrateInput(step, effects, progression.first, only);
    }
  }
  return progression;
}

std::string_view NameOf(Divergence::Kind kind) {
  switch (kind) {
    case Divergence::Kind::kFrame:
      return "frame";
    case Divergence::Kind::kSignature:
      return "signature";
    case Divergence::Kind::kState:
      break;
  }
  return "state";
}

void PrintDivergence(const Divergence& divergence, core::Time first, Console& console) {
  const std::string agreed =
      divergence.agreed == 0
          ? "no state before it was compared"
          : absl::StrFormat("the last state that agrees is that after input %d", divergence.agreed);
  console.error << absl::StrFormat("replay: input %d at %s, %s: expected %s, found %s; %s\n",
                                   divergence.input, ClockText(Since(first, divergence.now)),
                                   std::string(NameOf(divergence.kind)), divergence.expected,
                                   divergence.found, agreed);
}

// What the file does not hold, and what that means.
void PrintLosses(const Replayer& replayer, Console& console) {
  if (const auto& torn = replayer.torn()) {
    console.out << absl::StrFormat(
        "torn             the file breaks off at byte %d: %d bytes were left out\n", torn->at,
        torn->dropped);
  }
  if (replayer.missing() > 0) {
    console.out << absl::StrFormat("missing          %d inputs were not kept\n",
                                   replayer.missing());
  }
}

// Inputs that are missing may have changed anything.
void PrintState(const core::Peer& peer, const Replayer& replayer, const Progression& progression,
                Console& console) {
  if (replayer.fed() < progression.shown) {
    console.out << absl::StrFormat(
        "state            not known: only the first %d inputs led to it\n", replayer.fed());
    return;
  }
  StateText text("peer", progression.last);
  peer.Describe(text);
  console.out << text.Lines();
}

ExitCode Judge(const Replayer& replayer, const Progression& progression, Console& console) {
  PrintLosses(replayer, console);
  console.out << absl::StrFormat(
      "replayed         %s of the peer's clock  %d inputs read  %d fed  %d states equal\n",
      ClockText(Since(progression.first, progression.last)), progression.shown, replayer.fed(),
      replayer.compared());
  if (replayer.divergence().has_value()) {
    PrintDivergence(*replayer.divergence(), progression.first, console);
    return ExitCode::kNondeterminism;
  }
  const bool whole = replayer.missing() == 0 && !replayer.torn().has_value();
  const bool proven = whole && replayer.compared() > 0 && !progression.stopped;
  return proven ? ExitCode::kPass : ExitCode::kUnfinished;
}

}  // namespace

ExitCode ReplayRecording(const ReplayOptions& options, std::string_view content, Console& console) {
  const core::SodiumSuite suite;
  const std::span bytes(reinterpret_cast<const uint8_t*>(content.data()), content.size());
  const auto until = ParseUntil(options.until);
  if (!until.ok()) return Complain(console, until.status());
  const auto replayer = Replayer::Open(options.capsule, bytes, suite);
  if (!replayer.ok()) return Complain(console, replayer.status());
  PrintFirstLine(**replayer, content.size(), console);
  core::Peer peer((*replayer)->header().self, (*replayer)->context(), (*replayer)->secret(),
                  (*replayer)->random());
  const auto progression = Feed(options, *until, **replayer, peer, console);
  if (!progression.ok()) return Complain(console, progression.status());
  if (options.state) PrintState(peer, **replayer, *progression, console);
  return Judge(**replayer, *progression, console);
}

}  // namespace sim
