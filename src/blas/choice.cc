#include "blas/choice.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <regex>

#include "blas/blas.h"
#include "blas/trial.h"
#include "lithe/error.h"

namespace lithe::blas {

namespace {

struct Known {
  std::string_view word, kind, how_to_get;
};
constexpr Known kKnown[] = {
    {"openblas", "OpenBLAS", "apt install libopenblas0-pthread"},
    {"mkl", "MKL", "pip install mkl"},
    {"blis", "BLIS", "apt install libblis4-pthread"},
    {"atlas", "ATLAS", "apt install libatlas3-base"},
    {"flexiblas", "FlexiBLAS", "your system's package flexiblas"},
    {"armpl", "ArmPL", "Arm's Performance Libraries"},
    {"nvpl", "NVPL", "NVIDIA's Performance Libraries"},
    {"reference", "reference", "apt install libblas3"},
};

bool is_path(const std::string& name) {
  return name.find('/') != std::string::npos || name.find(".so") != std::string::npos;
}

const Known& known(const std::string& name) {
  const auto* found = std::find_if(std::begin(kKnown), std::end(kKnown),
                                   [&name](const Known& k) { return k.word == name; });
  if (found != std::end(kKnown)) return *found;
  std::vector<std::string_view> words = {"native", "auto"};
  for (const Known& k : kKnown) words.push_back(k.word);
  throw Error(ErrorKind::usage, fmt::format("there is no BLAS called '{}'", name), "--blas",
              fmt::format("{}, or the path of a library", fmt::join(words, ", ")));
}

BlasLibrary try_file(const BlasFile& file) {
  BlasTrial trial;
  trial.measure = false;
  BlasLibrary blas = try_blas(file.path, trial);
  if (blas.problem.empty() && blas.kind.empty()) blas.kind = "BLAS";  // one that tells nothing
  if (const auto better = better_core(blas.core, cpu::best_isa());
      blas.kind == "OpenBLAS" && !better.empty())
    blas.note =
        core_note(blas.core, cpu::best_isa(), fmt::format("export OPENBLAS_CORETYPE={}", better));
  return blas;
}

// The list of available libraries for an error.
std::string found_here(const std::vector<BlasFile>& files) {
  std::vector<std::string> found;
  for (const BlasFile& file : files)
    if (const BlasLibrary blas = try_file(file); blas.problem.empty())
      found.push_back(fmt::format("{} ({})", blas.kind, file.names.front()));
  return found.empty() ? "there is no BLAS here"
                       : fmt::format("here is {}", fmt::join(found, ", "));
}

[[noreturn]] void refuse(const BlasLibrary& blas, const std::string& name,
                         const std::vector<BlasFile>& files) {
  throw Error(ErrorKind::machine, fmt::format("{} {}", blas.path, blas.problem), "--blas " + name,
              "another library: " + found_here(files));
}

}  // namespace

BlasLibrary find_named_blas(const std::string& name, const std::vector<BlasFile>& files) {
  if (is_path(name)) {
    const BlasLibrary blas = try_file({name, {}, {}, false});
    if (!blas.problem.empty()) refuse(blas, name, files);
    return blas;
  }
  const Known& wanted = known(name);
  std::optional<BlasLibrary> refused;
  // A file named libblas may be of any kind, and is tried last.
  for (const std::string_view called : {wanted.kind, std::string_view("BLAS")})
    for (const BlasFile& file : files) {
      if (blas_kind(file.path.filename().string()) != called) continue;
      BlasLibrary blas = try_file(file);
      if (blas.problem.empty() && blas.kind == wanted.kind) return blas;
      if (!blas.problem.empty() && called == wanted.kind && !refused) refused = std::move(blas);
    }
  if (refused) refuse(*refused, name, files);
  throw Error(ErrorKind::machine, fmt::format("no {} is found here", wanted.kind), "--blas " + name,
              fmt::format("{}, or its path; {}", wanted.how_to_get, found_here(files)));
}

std::optional<BlasLibrary> fastest_blas(const std::vector<BlasLibrary>& found, bool float32) {
  const auto rate = [float32](const BlasLibrary& blas) {
    return float32 ? blas.flops_float32 : blas.flops_float64;
  };
  const BlasLibrary* best = nullptr;
  for (const BlasLibrary& blas : found)
    if (blas.problem.empty() && rate(blas) > 0 && (best == nullptr || rate(blas) > rate(*best)))
      best = &blas;
  return best == nullptr ? std::nullopt : std::optional(*best);
}

}  // namespace lithe::blas

namespace lithe {

std::string short_name(const BlasLibrary& blas) {
  std::string result = blas.kind;
  std::smatch version;
  if (std::regex_search(blas.version, version, std::regex("[0-9]+(\\.[0-9]+)+")))
    result += " " + version.str();
  return blas.core.empty() ? result : fmt::format("{} ({})", result, blas.core);
}

}  // namespace lithe
