// The real 490 x 490 PlanetLab matrix, where the folder with the measurements is at hand: placed
// peers see the round trips that were measured.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "sim/network/network.h"
#include "tests/sim/network/small_world.h"

namespace sim {
namespace {

constexpr uint32_t kSide = 490;

std::filesystem::path DataFolder() {
  const char* named = std::getenv("ORBWEAVER_DATA");
  if (named != nullptr) return named;
  return std::filesystem::path(ORBWEAVER_SOURCE_DIR) / "../shared/data";
}

std::string Unpack(const std::filesystem::path& file) {
  const std::string command = "xz -dc '" + file.string() + "' 2>/dev/null";
  FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return {};
  std::string text;
  char buffer[65536];
  for (size_t got = 0; (got = fread(buffer, 1, sizeof buffer, pipe)) > 0;) text.append(buffer, got);
  return pclose(pipe) == 0 ? text : std::string();
}

// Milliseconds of a round trip to microseconds one way.
std::vector<uint32_t> ReadOneWay(const std::string& text) {
  std::vector<uint32_t> delays;
  std::istringstream in(text);
  for (double round_trip_ms = 0; in >> round_trip_ms;) {
    delays.push_back(static_cast<uint32_t>(round_trip_ms * 500.0));
  }
  return delays;
}

double Quantile(std::vector<int64_t>& values, double q) {
  const size_t index = static_cast<size_t>(q * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), values.begin() + static_cast<ptrdiff_t>(index), values.end());
  return static_cast<double>(values[index]);
}

TEST(MeasuredMatrixTest, PlacedPeersSeeTheMeasuredRoundTrips) {
  const auto file = DataFolder() / "latency-planetlab490" / "PlanetLabData_1.xz";
  if (!std::filesystem::exists(file)) GTEST_SKIP() << "no " << file;
  Scenario scenario = SmallWorld(3000);
  NetworkSpec& net = scenario.network;
  net.model = NetworkSpec::Model::kMatrix;
  net.floor = {20};
  net.matrix_side = kSide;
  net.matrix_one_way_us = ReadOneWay(Unpack(file));
  if (net.matrix_one_way_us.empty()) GTEST_SKIP() << "xz cannot unpack " << file;
  ASSERT_EQ(net.matrix_one_way_us.size(), size_t{kSide} * kSide);

  std::vector<int64_t> measured;
  for (size_t i = 0; i < net.matrix_one_way_us.size(); ++i) {
    if (i % (kSide + 1) != 0) measured.push_back(2 * int64_t{net.matrix_one_way_us[i]});
  }
  const auto network = MakeNetwork(scenario);
  std::vector<int64_t> seen;
  for (uint32_t a = 0; a < 3000; ++a) {
    for (uint32_t b = a + 1; b < 3000; b += 7) {
      if (network->placement().SiteOf({a}) == network->placement().SiteOf({b})) continue;
      seen.push_back((network->OneWay({a}, {b}) + network->OneWay({b}, {a})).us);
    }
  }
  for (const double q : {0.5, 0.95, 0.99}) {
    const double expected = Quantile(measured, q);
    const double found = Quantile(seen, q);
    RecordProperty("q" + std::to_string(static_cast<int>(q * 100)),
                   std::to_string(expected) + " measured, " + std::to_string(found) + " placed");
    EXPECT_NEAR(found / expected, 1.0, 0.03) << q;
  }
}

}  // namespace
}  // namespace sim
