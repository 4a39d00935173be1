#include "machine/blas.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <iterator>
#include <string>
#include <utility>

#include "lithe/blas.h"
#include "machine/blas_search.h"
#include "machine/blas_trial.h"

namespace lithe {

namespace machine {

namespace {

// OpenBLAS's names of x86 processors by what their kernels use. Names that are not here are newer
// than this list, and nothing is said about them.
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

std::string_view better_core(std::string_view core, Isa best) {
  const std::string name = lower(core);
  const bool without_fma = among(kWithoutFma, name), with_fma = among(kWithFma, name);
  const bool behind =
      best == Isa::avx512 ? without_fma || with_fma : best == Isa::avx2 && without_fma;
  if (!behind) return {};
  return best == Isa::avx512 ? "SkylakeX" : "Haswell";
}

std::string core_note(std::string_view core, Isa best) {
  const std::string_view better = better_core(core, best);
  if (better.empty()) return {};
  return fmt::format(
      "runs the kernels of an older processor ({}) and leaves this one's {} unused: set "
      "OPENBLAS_CORETYPE={}",
      core, machine::name(best), better);
}

BlasLibrary try_with_remedy(const std::filesystem::path& path, bool measure) {
  BlasTrial trial;
  trial.measure = measure;
  BlasLibrary blas = try_blas(path, trial);
  if (blas.kind != "OpenBLAS") return blas;
  const std::string better(better_core(blas.core, best_isa()));
  if (better.empty()) return blas;
  blas.note = core_note(blas.core, best_isa());
  blas.remedy = "OPENBLAS_CORETYPE=" + better;
  trial.variables = {{"OPENBLAS_CORETYPE", better}};
  if (measure) blas.remedied_float32 = try_blas(path, trial).flops_float32;
  return blas;
}

}  // namespace machine

std::vector<BlasLibrary> find_blas(const FindBlas& options) {
  const auto start = std::chrono::steady_clock::now();
  const std::chrono::duration<double> most(options.seconds);
  std::vector<machine::BlasFolder> folders;
  for (const auto& folder : options.folders) folders.push_back({folder, folder.string()});
  for (auto& folder : machine::blas_folders(machine::this_machine()))
    folders.push_back(std::move(folder));
  std::vector<BlasLibrary> found;
  for (machine::BlasFile& file : machine::blas_files(folders)) {
    BlasLibrary blas;
    if (std::chrono::steady_clock::now() - start < most) {
      blas = machine::try_with_remedy(file.path, options.measure);
    } else {
      blas.note = "was not tried, for want of time";
    }
    blas.path = file.path.string();
    blas.names = std::move(file.names);
    blas.owner = std::move(file.owner);
    blas.by_loader = file.by_loader;
    if (blas.kind.empty()) blas.kind = machine::blas_kind(file.path.filename().string());
    found.push_back(std::move(blas));
  }
  return found;
}

}  // namespace lithe
