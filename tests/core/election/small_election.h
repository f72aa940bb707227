// A whole election in memory, with real cryptography: authorities, key holders who have dealt, voters
// who answer at random, their blocks, the roll, the releases. Tests change one thing and look.
#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "core/base/random.h"
#include "core/codec/canonical.h"
#include "core/crypto/sodium_suite.h"
#include "core/election/election.h"
#include "core/election/records.h"
#include "core/election/roll.h"

namespace core {

class SmallElection {
 public:
  static constexpr int64_t kHour = 3'600'000;
  static constexpr size_t kHolders = 3;
  static constexpr size_t kThreshold = 2;

  explicit SmallElection(uint64_t seed) : random_(StreamKey{.seed = seed}) {
    for (SecretKey& secret : authorities) secret = Secret();
    for (SecretKey& secret : signers) secret = Secret();
    std::vector<GroupSecret> drawn;
    for (size_t i = 0; i < kHolders; ++i) drawn.push_back(GroupSecretFrom(Draw()));
    std::sort(drawn.begin(), drawn.end(), [](const GroupSecret& a, const GroupSecret& b) {
      return GroupKeyOf(a) < GroupKeyOf(b);
    });
    holder_secrets = std::move(drawn);
    definition = Definition();
    ElectionEntry first = EntryOfRevision(definition, {}, TimeOf(Phase::kRegistration) - kHour);
    Certify(first);
    entries.push_back(first);
  }

  [[nodiscard]] DrawnBytes Draw() {
    DrawnBytes drawn;
    random_.Fill(drawn);
    return drawn;
  }

  [[nodiscard]] Key256 DrawKey() {
    Key256 key;
    random_.Fill(key.bytes);
    return key;
  }

  [[nodiscard]] SecretKey Secret() { return SecretKey{.seed = DrawKey().bytes}; }

  [[nodiscard]] Random& random() { return random_; }

  [[nodiscard]] int64_t TimeOf(Phase phase) const { return BeginOf(definition.schedule, phase); }

  // By so many authorities.
  void Certify(ElectionEntry& entry, size_t count = 2) const {
    for (size_t i = 0; i < count; ++i) Endorse(suite, authorities[i], entry);
  }

  // As the entries tell it by now.
  [[nodiscard]] Election Replay() const {
    Election election = Election::Of(suite, entries.front()).value();
    for (size_t i = 1; i < entries.size(); ++i) CHECK(election.Apply(entries[i]).ok());
    return election;
  }

  [[nodiscard]] ElectionEntry DealingBy(size_t holder) {
    const Election election = Replay();
    const Dealing dealing = election.sharing().Deal(holder_secrets[holder], Draw());
    ElectionEntry entry = EntryOfDealing(election, dealing, TimeOf(Phase::kRegistration));
    Endorse(suite, signers[holder], entry);
    return entry;
  }

  // All deal, and all confirm their shares.
  void DealAll() {
    for (size_t holder = 0; holder < kHolders; ++holder) entries.push_back(DealingBy(holder));
    const Election election = Replay();
    for (size_t holder = 0; holder < kHolders; ++holder) {
      entries.push_back(ConfirmationBy(election, holder));
    }
  }

  [[nodiscard]] ElectionEntry ConfirmationBy(const Election& election, size_t holder) const {
    ElectionEntry entry = EntryOfConfirmation(
        election, election.Key().value().PossessionOf(ShareOf(election, holder)),
        TimeOf(Phase::kRegistration));
    Endorse(suite, signers[holder], entry);
    return entry;
  }

  // A holder's share of the key, from what all have dealt.
  [[nodiscard]] GroupSecret ShareOf(const Election& election, size_t holder) const {
    std::vector<GroupSecret> received;
    for (size_t dealer = 0; dealer < kHolders; ++dealer) {
      received.push_back(election.sharing()
                             .Received(dealer, *election.DealingOf(dealer), holder_secrets[holder])
                             .value());
    }
    return election.Key().value().ShareOf(received);
  }

  // What a holder releases.
  [[nodiscard]] GroupScalar ScalarOf(const Election& election, size_t holder) const {
    const GroupSecret share = ShareOf(election, holder);
    GroupScalar scalar;
    std::copy(share.bytes().begin(), share.bytes().end(), scalar.begin());
    return scalar;
  }

  [[nodiscard]] ElectionEntry ReleaseBy(size_t holder) const {
    const Election election = Replay();
    ElectionEntry entry =
        EntryOfRelease(election, ScalarOf(election, holder), TimeOf(Phase::kKeyRelease));
    Endorse(suite, signers[holder], entry);
    return entry;
  }

  [[nodiscard]] Answers RandomAnswers() {
    static constexpr std::array<std::string_view, 4> kTexts = {"", "A bench", " a  BENCH", "trees"};
    Answers answers(3);
    answers[0].options = {static_cast<uint8_t>(random_.Below(3))};
    for (uint8_t option = 0; option < 4 && answers[1].options.size() < 2; ++option) {
      if (random_.Below(2) == 0) answers[1].options.push_back(option);
    }
    answers[2].text = kTexts[random_.Below(kTexts.size())];
    return answers;
  }

  // A block of new registrants with these answers, signed, on the roll, in time.
  CommittedBlock& AddBlock(const Election& election, const std::vector<Answers>& answers) {
    const ElectionTerms terms = election.terms();
    std::vector<SecretKey> voters;
    CommittedBlock committed;
    committed.block.template_cid = terms.template_cid;
    committed.committed_ms = TimeOf(Phase::kVoting) + static_cast<int64_t>(random_.Below(kHour));
    for (const Answers& each : answers) {
      voters.push_back(Secret());
      const Registrant registrant{.public_cid = DrawKey(), .private_cid = DrawKey(), .votes = {}};
      roll.push_back({.key = suite.PublicKeyFor(voters.back()), .registrant = registrant});
      committed.block.votes.push_back(MakeVoteRecord(terms, DrawKey(), each, Draw()).value());
      committed.block.voters.push_back(MakeVoterRecord(
          terms, {voters.back(), registrant.public_cid, registrant.private_cid}, Draw()));
    }
    SortAndSign(committed, voters);
    for (const VoterRecord& voter : committed.block.voters)
      PointTo(voter.registrant, committed.cid);
    std::sort(roll.begin(), roll.end(),
              [](const RollEntry& a, const RollEntry& b) { return a.key < b.key; });
    blocks.push_back(committed);
    std::sort(blocks.begin(), blocks.end(), ByCid);
    return *std::find_if(blocks.begin(), blocks.end(),
                         [&](const CommittedBlock& block) { return block.cid == committed.cid; });
  }

  void SortAndSign(CommittedBlock& committed, const std::vector<SecretKey>& voters) const {
    VoteBlock& block = committed.block;
    std::sort(block.votes.begin(), block.votes.end(),
              [](const VoteRecord& a, const VoteRecord& b) { return a.nonce < b.nonce; });
    std::sort(
        block.voters.begin(), block.voters.end(),
        [](const VoterRecord& a, const VoterRecord& b) { return a.registrant < b.registrant; });
    committed.cid = BlockCid(suite, block);
    Bytes bytes;
    BlockSigningBytes(definition.network, block.template_cid, committed.cid, bytes);
    for (const SecretKey& voter : voters) {
      block.signatures.push_back(
          {.registrant = suite.PublicKeyFor(voter), .signature = suite.Sign(voter, bytes)});
    }
    std::sort(block.signatures.begin(), block.signatures.end(),
              [](const BlockSignature& a, const BlockSignature& b) {
                return a.registrant < b.registrant;
              });
  }

  void PointTo(const PublicKey& key, const Key256& cid) {
    for (RollEntry& entry : roll) {
      if (entry.key != key) continue;
      entry.registrant.votes = {
          {.template_cid = TemplateCid(suite, definition), .state = VoteState::kVoted, .by = cid}};
    }
  }

  // Dealings, `count` blocks of three to five voters, two releases.
  void Hold(size_t count) {
    DealAll();
    const Election election = Replay();
    for (size_t b = 0; b < count; ++b) {
      std::vector<Answers> answers;
      for (uint64_t i = 3 + random_.Below(3); i > 0; --i) answers.push_back(RandomAnswers());
      truth.insert(truth.end(), answers.begin(), answers.end());
      AddBlock(election, answers);
    }
    entries.push_back(ReleaseBy(0));
    entries.push_back(ReleaseBy(2));
  }

  [[nodiscard]] Key256 id() const { return Replay().id(); }

  static bool ByCid(const CommittedBlock& a, const CommittedBlock& b) { return a.cid < b.cid; }

  SodiumSuite suite;
  std::array<SecretKey, 3> authorities;
  std::array<SecretKey, kHolders> signers;
  std::vector<GroupSecret> holder_secrets;  // Ascending by key.
  ElectionTemplate definition;
  std::vector<ElectionEntry> entries;
  std::vector<RollEntry> roll;
  std::vector<CommittedBlock> blocks;  // Ascending by cid.
  std::vector<Answers> truth;

 private:
  [[nodiscard]] ElectionTemplate Definition() {
    ElectionTemplate made;
    made.network = DrawKey();
    made.name = "A new park";
    made.questions = {
        {.title = "Shall there be one?", .options = {"yes", "no", "later"}},
        {.title = "Where?", .options = {"north", "east", "south", "west"}, .choices_max = 2},
        {.title = "What for?",
         .kind = QuestionKind::kText,
         .options = {},
         .choices_max = 0,
         .text_bytes_max = 60}};
    for (size_t i = 0; i < made.schedule.begins_ms.size(); ++i) {
      made.schedule.begins_ms[i] = 1'000'000 * kHour + static_cast<int64_t>(i) * 24 * kHour;
    }
    for (size_t i = 0; i < kHolders; ++i) {
      made.holders.push_back(
          {.signer = suite.PublicKeyFor(signers[i]), .key = GroupKeyOf(holder_secrets[i])});
    }
    made.threshold = kThreshold;
    for (const SecretKey& secret : authorities) {
      made.authorities.push_back(suite.PublicKeyFor(secret));
    }
    std::sort(made.authorities.begin(), made.authorities.end());
    made.blocks = {.capacity = 5, .minimum = 3, .unitary = true};
    return made;
  }

  Random random_;
};

}  // namespace core
