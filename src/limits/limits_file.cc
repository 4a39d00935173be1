#include "limits/limits_file.h"

#include <fmt/format.h>

#include <cmath>
#include <cstdint>
#include <nlohmann/json.hpp>

#include "base/digest.h"
#include "cpu/identity.h"
#include "limits/limits.h"

namespace lithe::limits {

namespace {

using Json = nlohmann::ordered_json;

// To be raised when measuring changes what the figures mean. 2: they say whether other programs
// had the processor meanwhile. 3: a digest.
constexpr int kFormat = 3;

std::string digest_of(const Json& limits) {
  return fmt::format("{:016x}", base::digest_of(limits.dump()));
}

// A core does neither 10^15 operations nor reads 10^15 bytes in a second, nor fewer than 10^5.
double plausible_rate(const Json& value) {
  const double rate = value.get<double>();
  if (!(rate >= 1e5 && rate <= 1e15)) throw Json::other_error::create(500, "a rate", nullptr);
  return rate;
}

// From 1970 to 2255, within which the clock's nanoseconds do not overflow.
std::int64_t plausible_time(const Json& value) {
  const auto time = value.get<double>();
  if (!(time >= 0 && time <= 9e9)) throw Json::other_error::create(500, "a time", nullptr);
  return static_cast<std::int64_t>(time);
}

// Throws Json::exception for anything but a file of this machine, as it was written.
Json parse_file(const std::string& text, const MachineIdentity& machine) {
  Json file = Json::parse(text);
  if (file.at("format") != kFormat || file.at("machine") != cpu::fingerprint(machine) ||
      !file.at("limits").is_object() || file.at("digest") != digest_of(file.at("limits")))
    throw Json::other_error::create(500, "another machine", nullptr);
  return file;
}

Json to_json(const Limits& limits) {
  Json read = Json::array();
  for (const Bandwidth& level : limits.read)
    read.push_back({{"level", level.level},
                    {"working_set", level.working_set},
                    {"bytes_per_second", level.bytes_per_second}});
  return {{"measured_at", limits.measured_at},       {"under_load", limits.under_load},
          {"flops_float32", limits.flops_float32},   {"flops_float64", limits.flops_float64},
          {"flops_bfloat16", limits.flops_bfloat16}, {"read", std::move(read)}};
}

}  // namespace

std::optional<Limits> find_limits(const std::string& text, const MachineIdentity& machine,
                                  const std::string& isa) {
  try {
    const Json file = parse_file(text, machine);
    const Json& found = file.at("limits").at(isa);
    Limits limits;
    limits.isa = isa;
    limits.flops_float32 = plausible_rate(found.at("flops_float32"));
    limits.flops_float64 = plausible_rate(found.at("flops_float64"));
    if (const Json& rate = found.at("flops_bfloat16"); rate != 0)
      limits.flops_bfloat16 = plausible_rate(rate);
    limits.read = read_levels(machine);
    limits.under_load = found.at("under_load").get<bool>();
    limits.measured_at = plausible_time(found.at("measured_at"));
    const Json& read = found.at("read");
    if (read.size() != limits.read.size()) return std::nullopt;
    for (std::size_t i = 0; i < read.size(); ++i) {
      Bandwidth& level = limits.read[i];
      if (read[i].at("level") != level.level || read[i].at("working_set") != level.working_set)
        return std::nullopt;
      level.bytes_per_second = plausible_rate(read[i].at("bytes_per_second"));
    }
    return limits;
  } catch (const Json::exception&) {
    return std::nullopt;
  }
}

std::string with_limits(const std::string& text, const MachineIdentity& machine,
                        const Limits& limits) {
  Json file;
  try {
    file = parse_file(text, machine);
  } catch (const Json::exception&) {
    file = {
        {"format", kFormat}, {"machine", cpu::fingerprint(machine)}, {"limits", Json::object()}};
  }
  file["limits"][limits.isa] = to_json(limits);
  file["digest"] = digest_of(file["limits"]);
  return file.dump(2) + "\n";
}

}  // namespace lithe::limits
