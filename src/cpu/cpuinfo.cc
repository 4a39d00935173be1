#include "cpu/cpuinfo.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/text.h"

namespace lithe::cpu {

namespace {

struct InstructionSet {
  std::string_view name;
  std::vector<std::string_view> flags;  // Linux's names; all of them are needed
};

// Those that matter to arithmetic: x86, then Arm.
const std::vector<InstructionSet>& known_sets() {
  static const std::vector<InstructionSet> sets = {
      {"sse4", {"sse4_1", "sse4_2"}},
      {"avx", {"avx"}},
      {"f16c", {"f16c"}},
      {"fma", {"fma"}},
      {"avx2", {"avx2"}},
      {"avx512", {"avx512f", "avx512cd", "avx512bw", "avx512dq", "avx512vl"}},
      {"avx_vnni", {"avx_vnni"}},
      {"avx512_vnni", {"avx512_vnni"}},
      {"avx512_bf16", {"avx512_bf16"}},
      {"avx512_fp16", {"avx512_fp16"}},
      {"amx_int8", {"amx_tile", "amx_int8"}},
      {"amx_bf16", {"amx_tile", "amx_bf16"}},
      {"neon", {"asimd"}},
      {"neon_fp16", {"asimdhp"}},
      {"neon_dotprod", {"asimddp"}},
      {"neon_bf16", {"asimd", "bf16"}},
      {"neon_i8mm", {"asimd", "i8mm"}},
      {"sve", {"sve"}},
      {"sve2", {"sve2"}},
      {"sme", {"sme"}},
  };
  return sets;
}

using Fields = std::map<std::string_view, std::string_view>;

Fields first_paragraph(std::string_view text) {
  Fields fields;
  while (!text.empty()) {
    std::string_view value = base::take_until(text, '\n');
    if (base::trim(value).empty()) break;
    const std::string_view key = base::trim(base::take_until(value, ':'));
    fields[key] = base::trim(value);
  }
  return fields;
}

std::string_view field(const Fields& fields, std::string_view key) {
  const auto found = fields.find(key);
  return found == fields.end() ? std::string_view() : found->second;
}

std::set<std::string_view> words(std::string_view text) {
  std::set<std::string_view> result;
  while (!text.empty()) result.insert(base::take_until(text, ' '));
  return result;
}

}  // namespace

CpuInfo parse_cpuinfo(std::string_view text) {
  const Fields fields = first_paragraph(text);
  CpuInfo info;
  // Arm gives no name, only the numbers of the maker and of the design.
  if (const auto maker = field(fields, "CPU implementer"); !maker.empty()) {
    info.vendor = maker;
    info.processor = fmt::format("Arm core {} of maker {}", field(fields, "CPU part"), maker);
  }
  if (const auto name = field(fields, "model name"); !name.empty()) info.processor = name;
  if (const auto vendor = field(fields, "vendor_id"); !vendor.empty()) info.vendor = vendor;
  info.family = base::to_number(field(fields, "cpu family"), 0);
  info.model = base::to_number(field(fields, "model"), 0);
  info.stepping = base::to_number(field(fields, "stepping"), 0);

  std::set<std::string_view> flags = words(field(fields, "flags"));
  flags.merge(words(field(fields, "Features")));
  info.hypervisor = flags.contains("hypervisor");
  for (const InstructionSet& set : known_sets())
    if (std::all_of(set.flags.begin(), set.flags.end(),
                    [&flags](std::string_view flag) { return flags.contains(flag); }))
      info.instruction_sets.emplace_back(set.name);
  return info;
}

}  // namespace lithe::cpu
