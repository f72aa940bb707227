#include "tests/core/negotiation/shuffle_deviations.h"

#include <map>

namespace core {
namespace {

using Items = ShuffleRig::Items;
using Statements = std::vector<ShuffleStatement>;
using enum ShuffleStep;
using enum ShuffleFault;

// The member whose statements are changed, as it stands when it sends one.
struct Deviator {
  const ShuffleRig& rig;
  uint8_t member;

  [[nodiscard]] const ShuffleTranscript& transcript() const {
    return rig.shuffle(member).transcript();
  }

  [[nodiscard]] size_t place() const {
    const auto order = transcript().order();
    return static_cast<size_t>(std::find(order.begin(), order.end(), member) - order.begin());
  }

  [[nodiscard]] bool IsLast() const { return place() + 1 == rig.members(); }

  [[nodiscard]] const ShuffleStatement& PassBefore() const {
    return *transcript().Find(kPass, transcript().order()[place() - 1]);
  }

  // What others have in its pass.
  [[nodiscard]] Items Foreign() const {
    if (place() == 0) return {};
    return Peel(transcript(), PassBefore(), rig.OnionSecretOf(member)).items;
  }

  // Where in the pass somebody else's is, and its own.
  [[nodiscard]] size_t IndexOfForeign(const ShuffleStatement& pass) const {
    const auto at = std::find(pass.items.begin(), pass.items.end(), Foreign().front());
    return static_cast<size_t>(at - pass.items.begin());
  }

  [[nodiscard]] size_t IndexOfOwn(const ShuffleStatement& pass) const {
    const Items foreign = Foreign();
    const auto at = std::find_if(pass.items.begin(), pass.items.end(), [&](const auto& item) {
      return std::find(foreign.begin(), foreign.end(), item) == foreign.end();
    });
    return static_cast<size_t>(at - pass.items.begin());
  }

  // Another vote in all layers of those behind it; the one of `spoiled` with another key.
  [[nodiscard]] std::vector<uint8_t> AnotherOnion(size_t spoiled) const {
    std::vector<GroupElement> keys;
    for (const ShuffleMember& each : rig.terms().members) keys.push_back(each.key);
    const Suite& suite = rig.suite();
    const Digest256& terms = transcript().digest();
    const DrawnBytes drawn = {1, member};
    auto onion = rig.sealing().Seal(keys, ShuffledVotes(suite, terms), {}, drawn).value();
    for (size_t at = rig.members() - 1; at > place(); --at) {
      const GroupElement key = at == spoiled ? rig.sealing().KeyOf(rig.sealing().SecretFrom(drawn))
                                             : transcript().OnionKeyOf(transcript().order()[at]);
      onion = rig.sealing().SealTo(key, ShuffledLayers(suite, terms), onion, drawn).value();
    }
    return onion;
  }

  [[nodiscard]] ShuffleStatement Saying(ShuffleStep step, const Digest256& about) const {
    return rig.Signed({member, step, about, {}, {}});
  }
};

// Changes what is said in one step; empty: it did not.
using Change = std::function<Statements(const Deviator&, const ShuffleStatement&, uint8_t to)>;

ShuffleDeviation At(ShuffleStep step, std::string_view name, std::vector<ShuffleFault> faults,
                    Change change) {
  return {name, std::move(faults), step,
          [step, change = std::move(change)](const ShuffleRig& rig, size_t member,
                                             size_t& count) -> ShuffleRig::Deviation {
            return [step, change, deviator = Deviator{rig, static_cast<uint8_t>(member)}, &count](
                       const ShuffleStatement& said, uint8_t to) -> Statements {
              if (said.step != step) return {said};
              Statements changed = change(deviator, said, to);
              if (changed != Statements{said}) ++count;
              for (ShuffleStatement& each : changed) {
                if (each.signature == said.signature) each = deviator.rig.Signed(each);
              }
              return changed;
            };
          }};
}

// What every other member is told.
Statements ToSome(const ShuffleStatement& said, uint8_t to, const ShuffleStatement& other) {
  return {to % 2 == 0 ? said : other};
}

ShuffleStatement WithFlippedItem(ShuffleStatement said, size_t item) {
  said.items[item][0] ^= 2;
  return said;
}

void AddSilence(std::vector<ShuffleDeviation>& all) {
  const auto nothing = [](const Deviator&, const ShuffleStatement&, uint8_t) -> Statements {
    return {};
  };
  all.push_back(At(kCommit, "says no commit", {kSilent}, nothing));
  all.push_back(At(kReveal, "says no reveal", {kSilent}, nothing));
  all.push_back(At(kPass, "does not pass on", {kSilent}, nothing));
  all.push_back(At(kEndorse, "does not endorse", {kSilent}, nothing));
  all.push_back(At(kDisclose, "does not disclose", {kSilent}, nothing));
  all.push_back(At(kPass, "signs nothing", {kSilent},
                   [](const Deviator&, ShuffleStatement said, uint8_t) -> Statements {
                     said.signature[3] ^= 1;
                     return {said};
                   }));
  all.push_back(At(kEndorse, "endorses another list", {kSilent},
                   [](const Deviator&, ShuffleStatement said, uint8_t) -> Statements {
                     said.about[0] ^= 1;
                     return {said};
                   }));
}

void AddTwoFaces(std::vector<ShuffleDeviation>& all) {
  all.push_back(At(kCommit, "commits to two things", {kEquivocated, kBrokeCommitment},
                   [](const Deviator&, const ShuffleStatement& said, uint8_t to) {
                     return ToSome(said, to, WithFlippedItem(said, 0));
                   }));
  all.push_back(At(kCommit, "has two onion keys", {kEquivocated},
                   [](const Deviator& deviator, const ShuffleStatement& said, uint8_t to) {
                     ShuffleStatement other = said;
                     const GroupElement& key =
                         deviator.rig.terms().members[(deviator.member + 1U) % 3].key;
                     other.items[1].assign(key.begin(), key.end());
                     return ToSome(said, to, other);
                   }));
  all.push_back(At(kReveal, "reveals two things", {kEquivocated, kBrokeCommitment},
                   [](const Deviator&, const ShuffleStatement& said, uint8_t to) {
                     return ToSome(said, to, WithFlippedItem(said, 0));
                   }));
  all.push_back(At(kPass, "sends two last lists", {kEquivocated},
                   [](const Deviator& deviator, const ShuffleStatement& said, uint8_t to) {
                     ShuffleStatement other = said;
                     if (deviator.IsLast()) std::swap(other.items[0], other.items[1]);
                     return ToSome(said, to, other);
                   }));
  all.push_back(At(kEndorse, "endorses two lists", {kEquivocated},
                   [](const Deviator&, const ShuffleStatement& said, uint8_t to) {
                     ShuffleStatement other = said;
                     other.about[0] ^= 1;
                     return ToSome(said, to, other);
                   }));
  all.push_back(At(kEndorse, "endorses and objects", {kContradicted},
                   [](const Deviator& deviator, const ShuffleStatement& said, uint8_t) {
                     return Statements{said, deviator.Saying(kObject, said.about)};
                   }));
  all.push_back(At(kEndorse, "endorses here and objects there", {kContradicted, kFalseObjection},
                   [](const Deviator& deviator, const ShuffleStatement& said, uint8_t to) {
                     return ToSome(said, to, deviator.Saying(kObject, said.about));
                   }));
  all.push_back(At(kPass, "passes on and objects", {kContradicted, kFalseObjection},
                   [](const Deviator& deviator, const ShuffleStatement& said, uint8_t) {
                     if (deviator.place() == 0) return Statements{said};
                     return Statements{said, deviator.Saying(kObject, said.about)};
                   }));
  // Only the next member knows of it, until all have endorsed.
  all.back().shows_at = kEndorse;
}

void AddBrokenPromises(std::vector<ShuffleDeviation>& all) {
  all.push_back(At(kReveal, "reveals something else", {kBrokeCommitment},
                   [](const Deviator&, const ShuffleStatement& said, uint8_t) {
                     return Statements{WithFlippedItem(said, 0)};
                   }));
  all.push_back(At(kDisclose, "discloses something else", {kWrongSecret},
                   [](const Deviator&, const ShuffleStatement& said, uint8_t) {
                     return Statements{WithFlippedItem(said, 0)};
                   }));
  all.push_back(At(kPass, "objects to a good pass", {kFalseObjection, kContradicted},
                   [](const Deviator& deviator, const ShuffleStatement& said, uint8_t) {
                     if (deviator.place() == 0) return Statements{said};
                     return Statements{deviator.Saying(kObject, said.about)};
                   }));
  all.push_back(At(kEndorse, "objects to a good list", {kFalseObjection},
                   [](const Deviator& deviator, const ShuffleStatement& said, uint8_t) {
                     return Statements{deviator.Saying(kObject, said.about)};
                   }));
  for (const ShuffleStep step : {kCommit, kReveal, kPass, kEndorse, kDisclose}) {
    all.push_back(At(step, "says too much", {kMalformed},
                     [](const Deviator&, ShuffleStatement said, uint8_t) {
                       said.items.push_back({1});
                       return Statements{said};
                     }));
  }
  all.push_back(At(kCommit, "has no onion key", {kMalformed},
                   [](const Deviator&, ShuffleStatement said, uint8_t) {
                     said.items[1].assign(sizeof(GroupElement), 0xff);
                     return Statements{said};
                   }));
}

void AddWrongLists(std::vector<ShuffleDeviation>& all) {
  const auto add = [&all](std::string_view name, ShuffleFault fault, auto change) {
    all.push_back(At(kPass, name, {fault},
                     [change](const Deviator& deviator, ShuffleStatement said, uint8_t) {
                       if (deviator.place() > 0) change(deviator, said);
                       return Statements{said};
                     }));
  };
  add("drops a ciphertext", kMalformed, [](const Deviator& deviator, ShuffleStatement& said) {
    said.items.erase(said.items.begin() + static_cast<ptrdiff_t>(deviator.IndexOfForeign(said)));
  });
  add("passes on what it received", kMiscounted,
      [](const Deviator& deviator, ShuffleStatement& said) {
        said.items = deviator.PassBefore().items;
      });
  add("votes twice in somebody's place", kReplaced,
      [](const Deviator& deviator, ShuffleStatement& said) {
        said.items[deviator.IndexOfForeign(said)] = deviator.AnotherOnion(0);
      });
  add("alters a ciphertext", kReplaced, [](const Deviator& deviator, ShuffleStatement& said) {
    said.items[deviator.IndexOfForeign(said)][500] ^= 1;
  });
  add("repeats a ciphertext", kDuplicated, [](const Deviator& deviator, ShuffleStatement& said) {
    said.items[deviator.IndexOfOwn(said)] = said.items[deviator.IndexOfForeign(said)];
  });
}

void AddBadLayers(std::vector<ShuffleDeviation>& all) {
  for (size_t spoiled = 1; spoiled < kShuffleMax; ++spoiled) {
    all.push_back(At(kPass, "spoils a layer", {kBadLayer},
                     [spoiled](const Deviator& deviator, ShuffleStatement said, uint8_t) {
                       if (deviator.place() < spoiled && spoiled < deviator.rig.members()) {
                         said.items[deviator.IndexOfOwn(said)] = deviator.AnotherOnion(spoiled);
                       }
                       return Statements{said};
                     }));
  }
}

// An objection without cause, and then nothing or something else than the onion's secret.
void AddObstruction(std::vector<ShuffleDeviation>& all) {
  const ShuffleDeviation objects =
      At(kEndorse, "", {}, [](const Deviator& deviator, const ShuffleStatement& said, uint8_t) {
        return Statements{deviator.Saying(kObject, said.about)};
      });
  const auto add = [&](std::string_view name, ShuffleFault fault, bool wrong) {
    // Of the first in the order nothing needs to be unveiled.
    all.push_back({name,
                   {fault, kFalseObjection},
                   kEndorse,
                   [objects, wrong](const ShuffleRig& rig, size_t member,
                                    size_t& count) -> ShuffleRig::Deviation {
                     return [first = objects.make(rig, member, count), &rig, wrong](
                                const ShuffleStatement& said, uint8_t to) -> Statements {
                       if (said.step != kUnveil) return first(said, to);
                       if (!wrong) return {};
                       return {rig.Signed(WithFlippedItem(said, 0))};
                     };
                   }});
  };
  add("objects and does not unveil", kSilent, false);
  add("objects and unveils something else", kWrongSecret, true);
}

std::vector<ShuffleDeviation> MakeAll() {
  std::vector<ShuffleDeviation> all;
  AddSilence(all);
  AddTwoFaces(all);
  AddBrokenPromises(all);
  AddWrongLists(all);
  AddBadLayers(all);
  AddObstruction(all);
  return all;
}

}  // namespace

const std::vector<ShuffleDeviation>& ShuffleDeviations() {
  static const std::vector<ShuffleDeviation> kAll = MakeAll();
  return kAll;
}

ShuffleRig::Deviation SaysLate(ShuffleStep step) {
  return [step, asked = std::map<uint8_t, bool>()](const ShuffleStatement& said,
                                                   uint8_t to) mutable -> Statements {
    if (said.step != step || std::exchange(asked[to], true)) return {said};
    return {};
  };
}

ShuffleRig::Deviation SaysToSome(ShuffleStep step) {
  return [step](const ShuffleStatement& said, uint8_t to) -> Statements {
    if (said.step == step && to % 2 == 1) return {};
    return {said};
  };
}

}  // namespace core
