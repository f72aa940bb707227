add_layer(core_base FOLDER core/base
  SOURCES base64.cc check.cc fixed_math.cc hash.cc ids.cc random.cc rate_limit.cc status.cc string_list.cc
  LIBRARIES absl::status absl::statusor absl::strings)
