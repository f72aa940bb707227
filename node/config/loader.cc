#include "node/config/loader.h"

#include <algorithm>
#include <initializer_list>
#include <vector>

#include "absl/strings/str_cat.h"

#include "core/base/check.h"
#include "node/base/visible_text.h"
#include "node/config/json_tree.h"
#include "node/config/option_table.h"
#include "node/config/option_value.h"

namespace node {
namespace {

// What the kernel takes as the path of a Unix socket, without its NUL.
constexpr size_t kSocketPathMax = 107;

std::string Under(const std::string& folder, const std::string& path) {
  if (path.empty() || path.front() == '/' || folder.empty()) return path;
  return folder.back() == '/' ? folder + path : folder + "/" + path;
}

class Loader {
 public:
  Loader(std::string_view text, const ConfigSource& source) : text_(text), source_(source) {}

  core::StatusOr<NodeConfig> Run() {
    StoreFallbacks();
    Mistake mistake;
    if (text_.size() > kConfigBytesMax) {
      Note({{}, "", absl::StrCat("found ", text_.size(), " bytes, allowed ", kConfigBytesMax)});
    } else if (!ReadJsonTree(text_, tree_, mistake)) {
      Note(std::move(mistake));
    } else if (tree_.kind != JsonNode::Kind::kObject) {
      Note({tree_.at, "", FoundText(DescribeNode(tree_), "an object")});
    } else {
      ReadObject(tree_, "");
    }
    if (mistakes_.empty()) ResolvePaths();
    if (mistakes_.empty()) CheckTogether();
    if (!mistakes_.empty()) return Report();
    return std::move(config_);
  }

 private:
  void Note(Mistake mistake) { mistakes_.push_back(std::move(mistake)); }

  // The table's defaults go the way of a file's values.
  void StoreFallbacks() {
    for (const OptionRow& row : OptionRows()) {
      JsonNode node;
      Mistake mistake;
      OptionValue value;
      CHECK(ReadJsonTree(row.fallback, node, mistake));
      CHECK(ConvertOption(node, row, "", value, mistake));
      row.store(value, config_);
    }
  }

  // An object of the file: the top, or a section. NOLINTNEXTLINE(misc-no-recursion): two levels.
  void ReadObject(const JsonNode& object, std::string_view section) {
    const std::string base = section.empty() ? "" : JoinPointer("", section);
    for (size_t i = 0; i < object.keys.size(); ++i) {
      const JsonNode::Key& key = object.keys[i];
      const std::string pointer = JoinPointer(base, key.name);
      if (section.empty() && IsSection(key.name)) {
        ReadSection(object.items[i], key.name, pointer);
      } else if (const OptionRow* row = FindRow(section, key.name)) {
        ReadOption(object.items[i], *row, pointer);
      } else {
        const std::vector<std::string_view> known = KnownKeys(section);
        Note(
            {key.at, pointer,
             FoundText("the unknown key " + Quoted(key.name), QuotedList(known), key.name, known)});
      }
    }
  }

  // NOLINTNEXTLINE(misc-no-recursion): two levels.
  void ReadSection(const JsonNode& node, std::string_view name, const std::string& pointer) {
    if (node.kind == JsonNode::Kind::kObject) {
      ReadObject(node, name);
    } else {
      Note({node.at, pointer, FoundText(DescribeNode(node), "an object")});
    }
  }

  void ReadOption(const JsonNode& node, const OptionRow& row, const std::string& pointer) {
    OptionValue value;
    Mistake mistake;
    if (ConvertOption(node, row, pointer, value, mistake)) {
      row.store(value, config_);
    } else {
      Note(std::move(mistake));
    }
  }

  static bool IsSection(std::string_view name) {
    const auto sections = OptionSections();
    return std::any_of(sections.begin(), sections.end(),
                       [&](const OptionSection& section) { return section.name == name; });
  }

  static const OptionRow* FindRow(std::string_view section, std::string_view key) {
    for (const OptionRow& row : OptionRows()) {
      if (row.section == section && row.key == key) return &row;
    }
    return nullptr;
  }

  static std::vector<std::string_view> KnownKeys(std::string_view section) {
    std::vector<std::string_view> known;
    for (const OptionRow& row : OptionRows()) {
      if (row.section == section) known.push_back(row.key);
    }
    for (const OptionSection& one : OptionSections()) {
      if (section.empty()) known.push_back(one.name);
    }
    return known;
  }

  void ResolvePaths() {
    config_.data_dir = Under(source_.folder, config_.data_dir);
    config_.control.socket = Under(config_.data_dir, config_.control.socket);
    config_.control.token_file = Under(config_.data_dir, config_.control.token_file);
    config_.log.file = Under(config_.data_dir, config_.log.file);
    config_.storage.path = Under(config_.data_dir, config_.storage.path);
  }

  struct Place {
    std::string_view section;
    std::string_view key;
  };

  // A rule between options is reported at the last of them that the file sets.
  void NoteAt(std::initializer_list<Place> places, std::string text) {
    Mistake mistake = {{}, "", std::move(text)};
    for (const auto& [section, key] : places) {
      if (const JsonNode* node = FindNode(section, key)) {
        mistake.at = node->at;
        mistake.pointer = JoinPointer(JoinPointer("", section), key);
      }
    }
    Note(std::move(mistake));
  }

  [[nodiscard]] const JsonNode* FindNode(std::string_view section, std::string_view key) const {
    const JsonNode* node = &tree_;
    for (const std::string_view step : {section, key}) {
      const auto found = std::find_if(node->keys.begin(), node->keys.end(),
                                      [&](const JsonNode::Key& k) { return k.name == step; });
      if (found == node->keys.end()) return nullptr;
      node = &node->items[static_cast<size_t>(found - node->keys.begin())];
    }
    return node;
  }

  void CheckTogether() {
    if (config_.discovery.desired > config_.limits.outbound) {
      NoteAt({{"limits", "outbound"}, {"discovery", "desired"}},
             FoundText(absl::StrCat("a discovery.desired of ", config_.discovery.desired),
                       absl::StrCat("at most limits.outbound, ", config_.limits.outbound)));
    }
    if (config_.timeouts.keep_alive >= config_.timeouts.idle) {
      NoteAt({{"timeouts", "idle"}, {"timeouts", "keep_alive"}},
             FoundText("a keep_alive that is not shorter than idle", "a shorter one"));
    }
    if (config_.transport.chunk_max > config_.transport.payload_max) {
      NoteAt({{"transport", "payload_max"}, {"transport", "chunk_max"}},
             FoundText("a chunk_max above payload_max", "at most payload_max"));
    }
    const core::TransactionsConfig& blocks = config_.protocol.transactions;
    if (blocks.cluster_min > blocks.cluster_size) {
      NoteAt({{"protocol", "cluster_size"}, {"protocol", "cluster_min"}},
             FoundText(absl::StrCat("a cluster_min of ", blocks.cluster_min),
                       absl::StrCat("at most cluster_size, ", blocks.cluster_size)));
    }
    CheckRings();
    const std::optional<IpEndpoint>& tcp = config_.control.tcp;
    if (tcp.has_value() && ScopeOf(tcp->ip) != Scope::kLoopback) {
      NoteAt({{"control", "tcp"}},
             FoundText(Quoted(ToText(*tcp)), "an address of loopback: nothing is encrypted there"));
    }
    if (config_.control.socket.size() > kSocketPathMax) {
      NoteAt({{"control", "socket"}},
             FoundText(absl::StrCat("a socket path of ", config_.control.socket.size(), " bytes"),
                       absl::StrCat("at most ", kSocketPathMax, " bytes together with data_dir")));
    }
  }

  void CheckRings() {
    if (config_.storage.lend > 0 && config_.storage.lend < kLendMin) {
      NoteAt({{"storage", "lend"}}, FoundText(absl::StrCat(config_.storage.lend, " bytes"),
                                              "0B, or 1MiB and more: a large block must fit"));
    }
    if (config_.storage.lend > config_.storage.size_max / 4 * 3) {
      NoteAt({{"storage", "size_max"}, {"storage", "lend"}},
             FoundText(absl::StrCat("a lend of ", config_.storage.lend, " bytes"),
                       absl::StrCat("at most three quarters of size_max, ",
                                    config_.storage.size_max / 4 * 3, " bytes")));
    }
    const core::ArachnodeConfig& rings = config_.protocol.arachnode;
    if (rings.overlap_low < rings.floor) {
      NoteAt({{"protocol", "ring_floor"}, {"protocol", "ring_overlap_low"}},
             FoundText(absl::StrCat("a ring_overlap_low of ", rings.overlap_low),
                       absl::StrCat("at least ring_floor, ", rings.floor)));
    }
    if (rings.overlap_high < 2 * rings.overlap_low) {
      NoteAt({{"protocol", "ring_overlap_low"}, {"protocol", "ring_overlap_high"}},
             FoundText(absl::StrCat("a ring_overlap_high of ", rings.overlap_high),
                       absl::StrCat("at least twice ring_overlap_low, ", 2 * rings.overlap_low)));
    }
    if (rings.info_keep < rings.gossip_interval * 3) {
      NoteAt(
          {{"protocol", "ring_gossip"}, {"protocol", "ring_info_keep"}},
          FoundText("a ring_info_keep that is shorter than three of ring_gossip", "a longer one"));
    }
  }

  core::Status Report() {
    std::stable_sort(mistakes_.begin(), mistakes_.end(),
                     [](const Mistake& a, const Mistake& b) { return a.at < b.at; });
    std::string text;
    for (size_t i = 0; i < std::min(mistakes_.size(), kMistakesShown); ++i) {
      const Mistake& mistake = mistakes_[i];
      const std::string where = mistake.pointer.empty() ? "the file" : mistake.pointer;
      if (i > 0) text += '\n';
      AppendVisible(source_.name, text);
      absl::StrAppend(&text, ":", mistake.at.line, ":", mistake.at.column, ": ", where, ": ",
                      mistake.text);
    }
    if (mistakes_.size() > kMistakesShown) {
      absl::StrAppend(&text, "\nand ", mistakes_.size() - kMistakesShown, " more");
    }
    return core::InvalidArgument(text);
  }

  std::string_view text_;
  const ConfigSource& source_;
  JsonNode tree_;
  NodeConfig config_;
  std::vector<Mistake> mistakes_;
};

}  // namespace

core::StatusOr<NodeConfig> LoadConfig(std::string_view text, const ConfigSource& source) {
  return Loader(text, source).Run();
}

NodeConfig DefaultConfig(const std::string& folder) {
  core::StatusOr<NodeConfig> config = LoadConfig("{}", {"defaults", folder});
  CHECK(config.ok());
  return *std::move(config);
}

}  // namespace node
