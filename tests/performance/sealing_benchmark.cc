// What sealing costs, really and modelled, operation by operation and for one voter: processor time, medians.
//
//   sealing_benchmark [repeats=21]
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/check.h"
#include "tests/core/negotiation/shuffle_rig.h"

namespace core {
namespace {

double ProcessorMicroseconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) * 1e-3;
}

// Of one call, in microseconds. Each measurement has so many calls that the clock does not matter.
double MedianOf(int repeats, int calls, const std::function<void()>& call) {
  std::vector<double> times;
  for (int i = 0; i < repeats; ++i) {
    const double start = ProcessorMicroseconds();
    for (int j = 0; j < calls; ++j) call();
    times.push_back((ProcessorMicroseconds() - start) / calls);
  }
  std::nth_element(times.begin(), times.begin() + repeats / 2, times.end());
  return times[static_cast<size_t>(repeats) / 2];
}

struct Keys {
  Keys(const Sealing& with, size_t count) : sealing(with) {
    for (size_t i = 0; i < count; ++i) {
      secrets.push_back(sealing.SecretFrom(Draw(seed, "owner", i)));
      owners.push_back(sealing.KeyOf(secrets.back()));
    }
  }

  const Sealing& sealing;
  const Digest256 seed{1};
  const SealingContext context{2};
  const std::vector<uint8_t> record = std::vector<uint8_t>(600, 3);
  std::vector<GroupSecret> secrets;
  std::vector<GroupElement> owners;
};

// Owners and one record of theirs, with all that opens it.
struct Sample : Keys {
  Sample(const Sealing& with, size_t count) : Keys(with, count) {
    sealed.push_back(sealing.Seal(owners, context, record, Draw(seed, "once", 0)).value());
    for (const GroupSecret& secret : secrets) {
      shares.push_back(sealing.ShareOf(owners, sealed[0], secret).value());
    }
    layer = sealing.SealTo(owners[0], context, sealed[0], Draw(seed, "layer", 0)).value();
  }

  std::vector<SealedBytes> sealed;
  std::vector<OpeningShare> shares;
  SealedBytes layer;
};

struct Row {
  std::string name;
  std::function<void(const Sample&)> run;
};

// What does not depend on the number of owners.
std::vector<Row> RowsOfOneKey() {
  return {
      {"key of a secret",
       [](const Sample& s) { CHECK(s.sealing.IsKey(s.sealing.KeyOf(s.secrets[0]))); }},
      {"seal a layer",
       [](const Sample& s) {
         CHECK(s.sealing.SealTo(s.owners[0], s.context, s.sealed[0], Draw(s.seed, "once", 2)).ok());
       }},
      {"open a layer",
       [](const Sample& s) {
         CHECK(s.sealing.OpenAt(s.secrets[0], s.context, s.layer).has_value());
       }},
  };
}

std::vector<Row> RowsOfOwners() {
  return {
      {"seal",
       [](const Sample& s) {
         CHECK(s.sealing.Seal(s.owners, s.context, s.record, Draw(s.seed, "once", 1)).ok());
       }},
      {"open with secrets",
       [](const Sample& s) {
         CHECK(s.sealing.OpenWithSecrets(s.owners, s.context, s.sealed, s.secrets).has_value());
       }},
      {"share",
       [](const Sample& s) {
         CHECK(s.sealing.ShareOf(s.owners, s.sealed[0], s.secrets[0]).has_value());
       }},
      {"verify a share",
       [](const Sample& s) {
         CHECK(s.sealing.IsShareOf(s.owners, s.sealed[0], s.owners[0], s.shares[0]));
       }},
      {"open with shares",
       [](const Sample& s) {
         CHECK(s.sealing.OpenWithShares(s.owners, s.context, s.sealed[0], s.shares).has_value());
       }},
  };
}

// Literal mode for three voters: keys and tickets, a pair, its seed opened by the third, and everybody's
// check of a block of sixteen (protocol document, 1.6.4).
void FormOneSeed(const Suite& suite, const Sealing& sealing) {
  const Keys pair(sealing, 2);
  const SecretKey registrant{Digest256{4}};
  const PublicKey key = suite.PublicKeyFor(registrant);
  const Signature signature = suite.Sign(registrant, pair.record);
  const auto verify = [&](int count) {
    for (int i = 0; i < count; ++i) CHECK(suite.Verify(key, pair.record, signature));
  };
  for (int voter = 0; voter < 3; ++voter) CHECK(suite.Sign(registrant, pair.record) == signature);
  verify(4);  // The partner's twice, both by the third.
  std::vector<SealedBytes> lists[2];
  for (uint64_t i = 0; i < 4; ++i) {
    lists[i / 2].push_back(
        sealing.Seal(pair.owners, pair.context, pair.record, Draw(pair.seed, "once", i)).value());
  }
  const GroupSecret once = sealing.SecretFrom(Draw(pair.seed, "once", 9));
  const auto told = sealing
                        .SealTo(sealing.KeyOf(once), pair.context, pair.secrets[1].bytes(),
                                Draw(pair.seed, "layer", 9))
                        .value();
  CHECK(sealing.OpenAt(once, pair.context, told).has_value());
  for (size_t i = 0; i < 2; ++i) {
    CHECK(sealing.IsSecretOf(pair.owners[i], pair.secrets[i]));
    CHECK(sealing.OpenWithSecrets(pair.owners, pair.context, lists[i], pair.secrets).has_value());
  }
  for (int voter = 0; voter < 3; ++voter) {
    CHECK(suite.Sign(registrant, pair.record) == signature);
    verify(16);
  }
}

// A pool of so many from the first commit to the opened votes.
void ShuffleOnce(Cryptography cryptography, size_t members) {
  ShuffleRig rig(cryptography, members, 1);
  rig.Begin();
  rig.Deliver();
  for (size_t i = 0; i < members; ++i) CHECK(rig.shuffle(i).phase() == ShufflePhase::kDone);
}

int Main(int repeats) {
  const SodiumSuite sodium;
  const RistrettoSealing ristretto;
  const ModelledSuite modelled_suite(Digest256{1});
  const ModelledSealing modelled(Digest256{1});
  std::printf("%-34s %13s %13s\n", "operation, us", "ristretto", "modelled");
  const auto print = [&](const std::vector<Row>& rows, size_t owners, const std::string& suffix) {
    const Sample real(ristretto, owners);
    const Sample quick(modelled, owners);
    for (const Row& row : rows) {
      std::printf("%-34s %13.1f %13.2f\n", (row.name + suffix).c_str(),
                  MedianOf(repeats, 10, [&] { row.run(real); }),
                  MedianOf(repeats, 1000, [&] { row.run(quick); }));
    }
  };
  print(RowsOfOneKey(), 1, "");
  print(RowsOfOwners(), 2, ", 2 owners");
  print(RowsOfOwners(), 16, ", 16 owners");
  std::printf("\n%-34s %13s %13s %9s\n", "one voter, ms", "real", "modelled", "at most");
  const auto per_voter = [&](std::string_view name, double voters, double most, auto real,
                             auto quick) {
    const double cost = MedianOf(repeats, 1, real) / voters / 1000;
    std::printf("%-34s %13.2f %13.3f %9.0f\n", std::string(name).c_str(), cost,
                MedianOf(repeats, 10, quick) / voters / 1000, most);
    return cost <= most;
  };
  bool met = per_voter(
      "literal, a seed and a block of 16", 3, 20, [&] { FormOneSeed(sodium, ristretto); },
      [&] { FormOneSeed(modelled_suite, modelled); });
  for (const size_t members : {size_t{3}, size_t{5}, size_t{8}, size_t{16}}) {
    met = per_voter(
              "hardened, a pool of " + std::to_string(members), static_cast<double>(members), 60,
              [&] { ShuffleOnce(Cryptography::kReal, members); },
              [&] { ShuffleOnce(Cryptography::kModelled, members); }) &&
          met;
  }
  return met ? 0 : 1;
}

}  // namespace
}  // namespace core

int main(int argc, char** argv) {
  int repeats = 21;
  if (argc == 2 && std::strncmp(argv[1], "repeats=", 8) == 0) repeats = std::atoi(argv[1] + 8);
  if (argc > 2 || repeats < 1 || (argc == 2 && std::strncmp(argv[1], "repeats=", 8) != 0)) {
    std::fprintf(stderr, "sealing_benchmark: allowed: repeats=N, N at least 1\n");
    return 1;
  }
  return core::Main(repeats);
}
