#include "sim/observe/narrate.h"

#include <string_view>

#include "sim/observe/describe.h"

namespace sim {
namespace {

std::string Line(const std::string& who, const Description& what, const std::string& to) {
  const std::string sentence = Sentence(what);
  return who + std::string(what.name) + to + (sentence.empty() ? "" : ": " + sentence);
}

}  // namespace

std::string Narrate(const Fact& fact) {
  return Line(std::to_string(fact.peer.value) + " * ", Describe(fact.what), "");
}

std::string Narrate(const WorldFact& fact) {
  const std::string who = fact.peer == core::kNoPeer ? "world" : std::to_string(fact.peer.value);
  return Line(who + " ! ", Describe(fact), "");
}

std::string Narrate(const UserFact& fact) {
  return Line(std::to_string(fact.peer.value) + " @ ", Describe(fact), "");
}

std::string Narrate(const MessageFact& fact) {
  const Description what = Describe(fact);
  const bool received = fact.fate == MessageFact::Fate::kDelivered;
  const core::PeerId actor = received ? fact.to : fact.from;
  const core::PeerId other = received ? fact.from : fact.to;
  const std::string_view sign = received                                ? " < "
                                : fact.fate == MessageFact::Fate::kSent ? " > "
                                                                        : " x ";
  std::string to = (received ? " from " : " to ") + std::to_string(other.value);
  if (fact.fate == MessageFact::Fate::kDropped) to += " (" + std::string(NameOf(fact.reason)) + ")";
  return Line(std::to_string(actor.value) + std::string(sign), what, to);
}

}  // namespace sim
