#include "blas/blas.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <iterator>
#include <string>
#include <utility>

#include "blas/search.h"
#include "blas/trial.h"
#include "lithe/blas.h"

namespace lithe {

namespace blas {

namespace {

// OpenBLAS's names of x86 processors with the instruction set of their kernels. Names that are not
// in the list are newer and are not judged.
constexpr std::string_view kWithoutFma[] = {
    "katmai",       "coppermine", "northwood",  "prescott", "banias",     "atom",
    "core2",        "penryn",     "dunnington", "nehalem",  "athlon",     "opteron",
    "opteron_sse3", "barcelona",  "bobcat",     "nano",     "sandybridge"};
constexpr std::string_view kWithFma[] = {"bulldozer", "piledriver", "steamroller",
                                         "excavator", "haswell",    "zen"};

bool among(const auto& names, std::string_view name) {
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return result;
}

}  // namespace

std::string_view better_core(std::string_view core, cpu::Isa best) {
  const std::string name = lower(core);
  const bool without_fma = among(kWithoutFma, name), with_fma = among(kWithFma, name);
  const bool behind =
      best == cpu::Isa::avx512 ? without_fma || with_fma : best == cpu::Isa::avx2 && without_fma;
  if (!behind) return {};
  return best == cpu::Isa::avx512 ? "SkylakeX" : "Haswell";
}

std::string core_note(std::string_view core, cpu::Isa best, std::string_view remedy) {
  if (better_core(core, best).empty())
    return fmt::format("is faster without what the environment tells it: {}", remedy);
  return fmt::format(
      "runs the kernels of an older processor ({}) and leaves this one's {} unused: {}", core,
      cpu::name(best), remedy);
}

namespace {

// The environment variables that select the kernels of each kind.
std::vector<std::string> variables_of(std::string_view kind) {
  if (kind == "OpenBLAS") return {"OPENBLAS_CORETYPE"};
  if (kind == "BLIS") return {"BLIS_ARCH_TYPE"};
  if (kind == "MKL") return {"MKL_ENABLE_INSTRUCTIONS", "MKL_CBWR"};
  return {};
}

struct Remedy {
  std::string command;
  std::vector<std::pair<std::string, std::string>> variables;
};

// The remedies for a library's choice of kernels, in order: unset the variable in the user's
// environment, then set it.
std::vector<Remedy> remedies(const BlasLibrary& blas) {
  std::vector<Remedy> all;
  for (const std::string& variable : variables_of(blas.kind))
    if (!this_machine().variable(variable.c_str()).empty())
      all.push_back({"unset " + variable, {{variable, ""}}});
  const std::string better(better_core(blas.core, cpu::best_isa()));
  if (blas.kind == "OpenBLAS" && !better.empty())
    all.push_back({"export OPENBLAS_CORETYPE=" + better, {{"OPENBLAS_CORETYPE", better}}});
  return all;
}

// With other programs on the processors, one trial may be too slow. The factor is shown to the
// user, so both sides get two more trials.
void measure_again(const std::filesystem::path& path, const BlasTrial& with_remedy,
                   BlasLibrary& blas) {
  BlasTrial plain = with_remedy;
  plain.variables.clear();
  constexpr int kTurns = 2;
  for (int turn = 0; turn < kTurns; ++turn) {
    const BlasLibrary now = try_blas(path, plain), then = try_blas(path, with_remedy);
    blas.flops_float32 = std::max(blas.flops_float32, now.flops_float32);
    blas.flops_float64 = std::max(blas.flops_float64, now.flops_float64);
    blas.remedied_float32 = std::max(blas.remedied_float32, then.flops_float32);
  }
}

}  // namespace

// Tries the library. If it runs the wrong kernels, or a variable selects its kernels, tries the
// remedies. Takes the first with which it runs newer kernels or, where it does not report them, is
// faster.
BlasLibrary try_with_remedy(const std::filesystem::path& path, bool measure,
                            std::chrono::milliseconds limit) {
  constexpr double kFaster = 1.15;
  BlasTrial trial;
  trial.measure = measure;
  trial.limit = std::min(trial.limit, limit);
  BlasLibrary blas = try_blas(path, trial);
  if (!blas.problem.empty()) return blas;
  const bool behind = !better_core(blas.core, cpu::best_isa()).empty();
  for (const Remedy& remedy : remedies(blas)) {
    trial.variables = remedy.variables;
    const BlasLibrary other = try_blas(path, trial);
    const bool newer = behind && better_core(other.core, cpu::best_isa()).empty();
    if (!newer && other.flops_float32 <= kFaster * blas.flops_float32) continue;
    blas.remedy = remedy.command;
    blas.remedied_float32 = other.flops_float32;
    if (measure) measure_again(path, trial, blas);
    blas.note = core_note(blas.core, cpu::best_isa(), remedy.command);
    break;
  }
  return blas;
}

}  // namespace blas

std::vector<BlasLibrary> find_blas(const FindBlas& options) {
  const auto start = std::chrono::steady_clock::now();
  const std::chrono::duration<double> most(options.seconds);
  constexpr std::chrono::seconds kLeast(1);  // for one that is begun
  std::vector<blas::BlasFolder> folders;
  for (const auto& folder : options.folders) folders.push_back({folder, folder.string()});
  for (auto& folder : blas::blas_folders(blas::this_machine()))
    folders.push_back(std::move(folder));
  std::vector<BlasLibrary> found;
  for (blas::BlasFile& file : blas::blas_files(folders)) {
    BlasLibrary blas;
    const auto left = most - (std::chrono::steady_clock::now() - start);
    if (left.count() > 0) {
      // The limit leaves time for the others if this one hangs.
      const auto limit = std::min<std::chrono::duration<double>>(left, most / 3) + kLeast;
      blas = blas::try_with_remedy(file.path, options.measure,
                                   std::chrono::duration_cast<std::chrono::milliseconds>(limit));
    } else {
      blas.note = "was not tried, for want of time";
    }
    blas.path = file.path.string();
    blas.names = std::move(file.names);
    blas.owner = std::move(file.owner);
    blas.by_loader = file.by_loader;
    if (blas.kind.empty()) blas.kind = blas::blas_kind(file.path.filename().string());
    found.push_back(std::move(blas));
  }
  return found;
}

}  // namespace lithe
