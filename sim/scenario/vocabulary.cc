#include "sim/scenario/vocabulary.h"

namespace sim {

std::vector<Profile> BuiltInProfiles() {
  return {{"strict", "The documented defaults.", {}},
          {"linear",
           "Matchers widen one bit a step, as the seed text says.",
           {{"matchmaking.gallop", "false"}}},
          {"single-root", "One root per topic.", {{"matchmaking.roots", "1"}}},
          {"three-roots",
           "Three epoch-salted roots per topic, against an eclipse of one.",
           {{"matchmaking.roots", "3"}}},
          {"upstream",
           "Transactions and the place in the rings by the rules of the reference implementation, "
           "which lose writes and "
           "leave keys without holders.",
           {{"transactions.absence_keep", "\"0us\""},
            {"transactions.member_wait", "\"10s\""},
            {"transactions.reservation_ttl", "\"2s\""},
            {"transactions.forget_at_commit_signature", "true"},
            {"transactions.wait_for_all_members", "true"},
            {"transactions.priority_steals", "true"},
            {"transactions.check_pending_when_voting", "false"},
            {"transactions.tolerate_local_refusal", "true"},
            {"transactions.peer_resolution", "false"},
            {"arachnode.free_share_signal", "true"}}}};
}

}  // namespace sim
