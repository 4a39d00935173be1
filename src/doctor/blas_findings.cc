#include "doctor/blas_findings.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

#include "base/text.h"

namespace lithe::doctor {

namespace {

constexpr const char* kCheck = "lithe info  # kernels and GFLOP/s of each BLAS";
constexpr const char* kInstall = "sudo apt-get install libopenblas0-pthread";

std::string who_runs(std::size_t count) {
  if (count <= 1) return " runs";
  return fmt::format(" and {} other{} run", count - 1, count == 2 ? "" : "s");
}

const std::string* setting(const MachineReport& report, const char* variable) {
  for (const ThreadSetting& set : report.settings)
    if (set.variable == variable) return &set.value;
  return nullptr;
}

std::string evidence(const BlasLibrary& blas, const MachineReport& report) {
  if (blas.flops_float32 <= 0) return {};
  std::string text = fmt::format("products of 480 x 480 in float32 on one thread: {:.3g} GFLOP/s",
                                 blas.flops_float32 / 1e9);
  if (blas.remedied_float32 > 0)
    text += fmt::format(", {:.3g} with the remedy", blas.remedied_float32 / 1e9);
  return text + fmt::format("; one core can do {:.0f}", report.limits.flops_float32 / 1e9);
}

Finding old_kernel(const BlasLibrary& blas, std::size_t count, const MachineReport& report) {
  Finding finding;
  finding.name = "old_kernels";
  const std::string kernels =
      blas.core.empty() ? "kernels that a variable selects" : "kernels for " + blas.core;
  finding.problem =
      fmt::format("{}{} {}, older than this processor", blas.path, who_runs(count), kernels);
  finding.evidence = evidence(blas, report);
  finding.commands = {blas.remedy};
  finding.check = kCheck;
  constexpr std::string_view kUnset = "unset ";
  const bool unset = blas.remedy.starts_with(kUnset);
  const std::string variable = unset ? blas.remedy.substr(kUnset.size()) : "OPENBLAS_CORETYPE";
  const std::string* now = setting(report, variable.c_str());
  if (unset) {
    finding.remedy = "unset the variable that selects them";
    if (now != nullptr) finding.remedy += fmt::format(" ({}={})", variable, *now);
  } else {
    finding.remedy =
        "set the processor with the command below, or install a newer OpenBLAS, which knows it";
    if (now != nullptr) finding.remedy += fmt::format("; {} is {} now", variable, *now);
  }
  if (blas.remedied_float32 > 0 && blas.flops_float32 > 0)
    finding.factor = blas.remedied_float32 / blas.flops_float32;
  return finding;
}

// Libraries that run the same kernels usually are one package under several names, and all
// libraries that one variable slows down have one fault.
std::string fault(const BlasLibrary& blas) {
  return blas.remedy.starts_with("unset") ? blas.remedy : blas.version + blas.core;
}
std::vector<Finding> old_kernels(const MachineReport& report) {
  std::vector<Finding> found;
  std::vector<std::string> told;
  for (const BlasLibrary& blas : report.blas) {
    if (blas.remedy.empty()) continue;
    const std::string key = fault(blas);
    if (std::find(told.begin(), told.end(), key) != told.end()) continue;
    told.push_back(key);
    const auto same = [&](const BlasLibrary& b) { return fault(b) == key; };
    const auto count =
        static_cast<std::size_t>(std::count_if(report.blas.begin(), report.blas.end(), same));
    found.push_back(old_kernel(blas, count, report));
  }
  return found;
}

double reach(const BlasLibrary& blas) {
  return std::max(blas.flops_float32, blas.remedied_float32);
}

// The name of `better` with the same file name as `name`.
std::string same_name(const BlasLibrary& better, const std::string& name) {
  const auto file = std::filesystem::path(name).filename();
  for (const std::string& other : better.names)
    if (other != name && std::filesystem::path(other).filename() == file) return other;
  return {};
}

// The fastest that could replace `blas`: with the same width of integers, and outside of Python
// environments.
const BlasLibrary* better_than(const BlasLibrary& blas, const MachineReport& report) {
  constexpr double kBetter = 1.5;
  const BlasLibrary* best = nullptr;
  for (const BlasLibrary& other : report.blas) {
    const bool fits = other.integer_bits == blas.integer_bits &&
                      (other.owner == "loader" || other.owner == "system");
    if (!fits || reach(other) <= kBetter * reach(blas)) continue;
    // A library among Debian's alternatives is preferred to one that is a little faster.
    const auto rank = [&](const BlasLibrary& b) {
      return std::pair(!same_name(b, blas.names.front()).empty(), reach(b));
    };
    if (best == nullptr || rank(other) > rank(*best)) best = &other;
  }
  return best;
}

// Whether the loader finds the library through LD_LIBRARY_PATH.
bool by_variable(const BlasLibrary& blas, const MachineReport& report) {
  const std::string* folders = setting(report, "LD_LIBRARY_PATH");
  if (folders == nullptr) return false;
  // With a slash at the end, whether there was one or not.
  const auto normal = [](const std::filesystem::path& path) {
    return (path / "").lexically_normal();
  };
  const auto folder = normal(std::filesystem::path(blas.names.front()).parent_path());
  for (std::string_view rest = *folders; !rest.empty();)
    if (normal(base::take_until(rest, ':')) == folder) return true;
  return false;
}

// Debian's name of a choice between libraries: that of the file and its folder's
// ("libblas.so.3-x86_64-linux-gnu"); empty where it is none of Debian's folders.
std::string alternative(const std::string& path) {
  const std::filesystem::path name(path);
  const std::string folder = name.parent_path().filename().string();
  return folder.ends_with("-linux-gnu") ? name.filename().string() + "-" + folder : std::string();
}

void choose(const BlasLibrary& blas, const BlasLibrary* better, const MachineReport& report,
            Finding& finding) {
  const std::string& name = blas.names.front();
  const std::string choice = alternative(name);
  if (by_variable(blas, report)) {
    finding.remedy = fmt::format("take {} out of LD_LIBRARY_PATH",
                                 std::filesystem::path(name).parent_path().string());
    finding.commands = {"unset LD_LIBRARY_PATH"};
    return;
  }
  if (better == nullptr) {
    finding.remedy = "install OpenBLAS, which replaces it";
    finding.commands = {kInstall};
    return;
  }
  finding.remedy = fmt::format("let programs get {} instead ({:.0f} GFLOP/s)", better->path,
                               reach(*better) / 1e9);
  const std::string other = same_name(*better, name);
  if (!choice.empty() && !other.empty())
    finding.commands = {fmt::format("sudo update-alternatives --set {} {}", choice, other)};
  else if (!choice.empty())
    finding.commands = {kInstall, fmt::format("sudo update-alternatives --config {}", choice)};
  else
    finding.commands = {"export LD_PRELOAD=" + better->path};
}

// Libraries that programs get by default and that reach less than a third of the core's peak,
// without a remedy of their own.
std::vector<Finding> slow_ones(const MachineReport& report) {
  constexpr double kShare = 1.0 / 3;
  const double peak = report.limits.flops_float32;
  std::vector<Finding> found;
  for (const BlasLibrary& blas : report.blas) {
    const bool slow = blas.flops_float32 > 0 && blas.flops_float32 < kShare * peak;
    if (!blas.by_loader || !blas.remedy.empty() || !slow) continue;
    const BlasLibrary* better = better_than(blas, report);
    const char* what =
        blas.kind == "reference" ? "the reference BLAS, which is not optimised" : blas.kind.c_str();
    Finding finding;
    finding.name = "slow_blas";
    finding.problem = fmt::format("programs that ask for {} get {}", blas.names.front(), what);
    finding.evidence = evidence(blas, report);
    choose(blas, better, report, finding);
    finding.check = kCheck;
    finding.factor = (better != nullptr ? reach(*better) : peak) / blas.flops_float32;
    finding.estimated = better == nullptr;
    found.push_back(std::move(finding));
  }
  return found;
}

std::vector<Finding> broken_ones(const MachineReport& report) {
  std::vector<Finding> found;
  for (const BlasLibrary& blas : report.blas) {
    if (blas.problem.empty()) continue;
    Finding finding;
    finding.name = "broken_blas";
    finding.problem = fmt::format("{} cannot be used: {}", blas.path, blas.problem);
    finding.remedy = "install the package that it belongs to again, or remove it";
    finding.commands = {fmt::format("dpkg --search {}", blas.path)};
    finding.check = "lithe info --all";
    finding.only_if = "a program loads it";
    found.push_back(std::move(finding));
  }
  return found;
}

// Libraries count the processors that exist; a container or service may be granted fewer.
std::vector<Finding> too_many_threads(const MachineReport& report) {
  for (const BlasLibrary& blas : report.blas) {
    if (blas.threads <= report.identity.usable_cpus + 0.999) continue;
    const int right = std::max(static_cast<int>(report.identity.usable_cpus), 1);
    Finding finding;
    finding.name = "threads";
    finding.problem = fmt::format("{} works with {} threads on {:.3g} processors", blas.path,
                                  blas.threads, report.identity.usable_cpus);
    finding.remedy = "set the number of threads to the number of processors";
    finding.commands = {fmt::format("export OMP_NUM_THREADS={0} OPENBLAS_NUM_THREADS={0}", right)};
    finding.check = "lithe doctor";
    return {finding};
  }
  return {};
}

}  // namespace

std::vector<Finding> blas_findings(const MachineReport& report) {
  std::vector<Finding> all;
  for (auto* part : {old_kernels, slow_ones, broken_ones, too_many_threads})
    for (Finding& finding : part(report)) all.push_back(std::move(finding));
  return all;
}

}  // namespace lithe::doctor
