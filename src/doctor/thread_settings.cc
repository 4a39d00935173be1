#include "doctor/thread_settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <string_view>

#include "base/text.h"

namespace lithe::doctor {

namespace {

enum class What { threads, waiting, twice, debug, text };

struct KnownVariable {
  const char* name;
  What what;
  const char* meaning;
};

constexpr KnownVariable kVariables[] = {
    {"OMP_NUM_THREADS", What::threads,
     "threads of OpenMP programs: PyTorch, scikit-learn, MKL, and OpenBLAS and BLIS where nothing "
     "of their own is set"},
    {"LD_LIBRARY_PATH", What::text, "folders where the dynamic loader looks first, for a BLAS too"},
    {"OMP_THREAD_LIMIT", What::text, "the most threads that an OpenMP program may start"},
    {"OMP_DYNAMIC", What::text, "whether OpenMP may start fewer threads than it was told"},
    {"OMP_NESTED", What::text, "whether OpenMP's threads may start threads of their own"},
    {"OMP_MAX_ACTIVE_LEVELS", What::text, "how deep OpenMP's threads may start others"},
    {"OMP_WAIT_POLICY", What::waiting, "how OpenMP's threads wait for each other"},
    {"OMP_PROC_BIND", What::text, "whether OpenMP's threads stay on their processors"},
    {"OMP_PLACES", What::text, "the processors that OpenMP's threads are bound to"},
    {"GOMP_CPU_AFFINITY", What::text, "the processors that threads of GCC's OpenMP are bound to"},
    {"GOMP_SPINCOUNT", What::waiting, "how long threads of GCC's OpenMP spin before they sleep"},
    {"KMP_BLOCKTIME", What::waiting,
     "milliseconds that threads of Intel's and LLVM's OpenMP spin after their work"},
    {"KMP_AFFINITY", What::text, "the processors that threads of Intel's OpenMP are bound to"},
    {"KMP_HW_SUBSET", What::text, "the processors that Intel's OpenMP uses"},
    {"KMP_DUPLICATE_LIB_OK", What::twice, "lets two OpenMP runtimes run in one program"},
    {"OPENBLAS_NUM_THREADS", What::threads, "threads of OpenBLAS"},
    {"GOTO_NUM_THREADS", What::threads, "threads of OpenBLAS (an old name)"},
    {"OPENBLAS_CORETYPE", What::text, "the processor whose kernels OpenBLAS runs"},
    {"MKL_NUM_THREADS", What::threads, "threads of MKL"},
    {"MKL_DYNAMIC", What::text, "whether MKL may start fewer threads than it was told"},
    {"MKL_ENABLE_INSTRUCTIONS", What::text, "the newest instructions that MKL uses"},
    {"MKL_CBWR", What::text, "the instructions that MKL uses, for the same bits everywhere"},
    {"MKL_THREADING_LAYER", What::text, "the OpenMP runtime that MKL uses"},
    {"BLIS_NUM_THREADS", What::threads, "threads of BLIS"},
    {"BLIS_ARCH_TYPE", What::text, "the processor whose kernels BLIS runs"},
    {"FLEXIBLAS", What::text, "the library that FlexiBLAS passes calls on to"},
    {"NUMEXPR_NUM_THREADS", What::threads, "threads of NumExpr, which pandas uses"},
    {"VECLIB_MAXIMUM_THREADS", What::threads, "threads of Apple's Accelerate"},
    {"NPY_DISABLE_CPU_FEATURES", What::text, "instructions that NumPy leaves unused"},
    {"ATEN_CPU_CAPABILITY", What::text, "the instructions that PyTorch's own kernels use"},
    {"PYTHONDEVMODE", What::debug, "Python's checks for its developers"},
    {"PYTHONMALLOC", What::debug, "the allocator that Python uses"},
    {"PYTHONTRACEMALLOC", What::debug,
     "notes for each block of Python's memory where it came from"},
    {"MALLOC_CHECK_", What::debug, "checks of the C library's heap"},
    {"MALLOC_PERTURB_", What::debug, "fills memory of the C library's heap with a value"},
    {"ONEDNN_MAX_CPU_ISA", What::text, "the newest instructions that oneDNN uses"},
};

bool equal(std::string_view text, std::string_view lower) {
  return std::equal(text.begin(), text.end(), lower.begin(), lower.end(), [](char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) == b;
  });
}

// OpenMP takes a list, a number for each level; the first counts here.
std::string thread_problem(std::string_view value, double processors) {
  const int count = base::to_number(base::take_until(value, ','), 0);
  if (count <= 0) return "is no number of threads and is passed over or taken as all";
  if (count > std::ceil(processors))
    return fmt::format(
        "asks for {} threads on {:.3g} processors: they take turns, and whoever "
        "waits for one of them waits longer",
        count, processors);
  if (count == 1 && processors >= 2)
    return fmt::format("leaves {:.3g} of {:.3g} processors to others", processors - 1, processors);
  return {};
}

std::string waiting_problem(std::string_view name, std::string_view value) {
  constexpr int kUsual = 200;  // Intel's own default, milliseconds
  const bool spins = equal(value, "active") || equal(value, "infinite") ||
                     (name == "KMP_BLOCKTIME" && base::to_number(value, 0) > kUsual);
  return spins ? "lets threads that wait use the processor up, which others on it feel" : "";
}

std::string problem_of(const KnownVariable& known, std::string_view value, double processors) {
  switch (known.what) {
    case What::threads:
      return thread_problem(value, processors);
    case What::waiting:
      return waiting_problem(known.name, value);
    case What::twice:
      return equal(value, "true") || value == "1"
                 ? "hides that two OpenMP runtimes are loaded, each with its own threads"
                 : "";
    case What::debug:
      return value == "0" || value == "pymalloc" || value == "malloc"
                 ? ""
                 : "is for finding errors and slows down whatever allocates";
    case What::text:
      break;
  }
  return {};
}

}  // namespace

std::vector<ThreadSetting> thread_settings(const std::function<std::string(const char*)>& variable,
                                           double processors) {
  std::vector<ThreadSetting> settings;
  for (const KnownVariable& known : kVariables) {
    const std::string value = variable(known.name);
    if (value.empty()) continue;
    settings.push_back(
        {known.name, value, known.meaning, problem_of(known, base::trim(value), processors)});
  }
  return settings;
}

}  // namespace lithe::doctor
