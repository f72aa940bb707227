#include "sim/world/planted/planted_bugs.h"

#include "sim/world/planted/matchmaking_bugs.h"
#include "sim/world/planted/routing_bugs.h"

namespace sim {
namespace {

constexpr PlantedBug kBugs[] = {
    {"shifted-key", "MM-1", "every peer derives node ids with one bit wrong", true},
    {"forgetful-root", "MM-2", "holders leave records out of their answers at c = 0"},
    {"stale-records", "MM-3", "holders put records back that expired long ago"},
    {"hidden-crowd", "MM-4", "holders say that nobody is there, so workers never narrow"},
    {"forged-records", "MM-5", "owners sign wrongly and nobody verifies", true},
    {"false-crowd", "MM-6", "participants read a crowd into every answer to a publication"},
    {"chatty", "MM-7", "participants send each matchmaking request 48 times"},
    {"over-budget", "MM-8", "busy workers accept all the same"},
    {"lost-timer", "MM-9", "a peer that began a match is never woken again"},
    {"far-nodes", "RT-1", "peers tell the farthest contacts instead of the nearest"},
    {"long-way", "RT-2", "peers tell one contact that is barely nearer than themselves"},
    {"island", "RT-3", "peers with odd handles and with even ones never meet in routing"},
};

}  // namespace

std::span<const PlantedBug> PlantedBugs() {
  return kBugs;
}

core::StatusOr<std::unique_ptr<Role>> MakePlanted(const std::string& name,
                                                  const RoleContext& context) {
  if (name == "shifted-key") return std::unique_ptr<Role>();
  if (name == "forgetful-root") return std::unique_ptr<Role>(new ForgetfulRoot);
  if (name == "stale-records") return std::unique_ptr<Role>(new StaleRecords);
  if (name == "hidden-crowd") return std::unique_ptr<Role>(new HiddenCrowd);
  if (name == "forged-records") return std::unique_ptr<Role>(new ForgedRecords);
  if (name == "false-crowd") return std::unique_ptr<Role>(new FalseCrowd);
  if (name == "chatty") return std::unique_ptr<Role>(new Chatty);
  if (name == "over-budget") return std::unique_ptr<Role>(new OverBudget);
  if (name == "lost-timer") return std::unique_ptr<Role>(new LostTimer);
  if (name == "far-nodes") return std::unique_ptr<Role>(new FarNodes);
  if (name == "long-way") return std::unique_ptr<Role>(new LongWay(context));
  if (name == "island") return std::unique_ptr<Role>(new Island(context));
  std::string known;
  for (const PlantedBug& bug : kBugs) known += (known.empty() ? "" : ", ") + std::string(bug.name);
  return core::NotFound("no planted bug '" + name + "'; there are: " + known);
}

}  // namespace sim
