#include "blas/search.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "data/sample.h"

namespace lithe::blas {
namespace {

namespace fs = std::filesystem;

// A file system of the test's own.
class BlasSearch : public ::testing::Test {
 protected:
  fs::path below(const std::string& path) const { return root() / path.substr(1); }
  // The path as found: with the links of the temporary folder's own path resolved.
  fs::path root() const { return fs::canonical(folder_.path()); }
  void file(const std::string& path, const std::string& text) {
    test::write_bytes(below(path), {text.begin(), text.end()});
  }
  void link(const std::string& path, const std::string& to) {
    fs::create_directories(below(path).parent_path());
    fs::create_symlink(below(to), below(path));
  }
  std::vector<BlasFolder> folders() const {
    return blas_folders({folder_.path(), [this](const char* name) {
                           const auto found = variables_.find(name);
                           return found == variables_.end() ? std::string() : found->second;
                         }});
  }
  std::vector<BlasFile> files() const { return blas_files(folders()); }
  const BlasFile* find(const std::vector<BlasFile>& all, const std::string& path) const {
    const auto it = std::find_if(all.begin(), all.end(),
                                 [&](const BlasFile& f) { return f.path == below(path); });
    return it == all.end() ? nullptr : &*it;
  }

  test::TemporaryFolder folder_;
  std::map<std::string, std::string> variables_;
};

TEST(BlasKind, FollowsTheName) {
  const std::pair<const char*, const char*> names[] = {
      {"libblas.so.3", "BLAS"},
      {"libblas64.so.3.11.0", "BLAS"},
      {"libopenblasp-r0.3.21.so", "OpenBLAS"},
      {"libopenblas64_p-r0-0cf96a72.3.23.dev.so", "OpenBLAS"},
      {"libscipy_openblas64_-32a4b2a6.so", "OpenBLAS"},
      {"libmkl_rt.so.2", "MKL"},
      {"libblis.so.4", "BLIS"},
      {"libblis64-mt.so", "BLIS"},
      {"libsatlas.so.3", "ATLAS"},
      {"libf77blas.so.3", "ATLAS"},
      {"libflexiblas.so.3", "FlexiBLAS"},
      {"libblister.so", ""},
      {"libblasted.so", ""},
      {"libcblas.so.3", ""},
      {"libmkl_core.so.2", ""},
      {"libopenblas.a", ""},
      {"libopenblas.so-gdb.py", ""},
      {"openblas.so", ""},
      {"liblapack.so.3", ""},
      {"", ""},
  };
  for (const auto& [name, kind] : names) EXPECT_EQ(blas_kind(name), kind) << name;
}

TEST_F(BlasSearch, NothingThereIsNothingFound) { EXPECT_TRUE(files().empty()); }

TEST_F(BlasSearch, DebiansAlternatives) {
  file("/etc/ld.so.conf", "include /etc/ld.so.conf.d/*.conf\n");
  file("/etc/ld.so.conf.d/x86_64.conf", "# comment\n/usr/lib/x86_64-linux-gnu  # another\n");
  file("/usr/lib/x86_64-linux-gnu/openblas-pthread/libblas.so.3", "openblas");
  file("/usr/lib/x86_64-linux-gnu/blas/libblas.so.3.11.0", "reference");
  link("/usr/lib/x86_64-linux-gnu/blas/libblas.so.3",
       "/usr/lib/x86_64-linux-gnu/blas/libblas.so.3.11.0");
  link("/etc/alternatives/libblas", "/usr/lib/x86_64-linux-gnu/openblas-pthread/libblas.so.3");
  link("/usr/lib/x86_64-linux-gnu/libblas.so.3", "/etc/alternatives/libblas");

  const auto all = files();
  ASSERT_EQ(all.size(), 2u);
  const BlasFile* chosen = find(all, "/usr/lib/x86_64-linux-gnu/openblas-pthread/libblas.so.3");
  ASSERT_NE(chosen, nullptr);
  EXPECT_TRUE(chosen->by_loader);
  EXPECT_EQ(chosen->names.front(), below("/usr/lib/x86_64-linux-gnu/libblas.so.3"));
  const BlasFile* other = find(all, "/usr/lib/x86_64-linux-gnu/blas/libblas.so.3.11.0");
  ASSERT_NE(other, nullptr);
  EXPECT_FALSE(other->by_loader);
  EXPECT_EQ(other->owner, "system");
}

TEST_F(BlasSearch, TheLoadersPathComesFirst) {
  file("/opt/mine/libopenblas.so.0", "mine");
  file("/usr/lib/libopenblas.so.0", "system");
  variables_["LD_LIBRARY_PATH"] = ":relative:/opt/absent:/opt/mine";
  const auto all = files();
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].path, below("/opt/mine/libopenblas.so.0"));
  EXPECT_TRUE(all[0].by_loader);
  EXPECT_FALSE(all[1].by_loader);
}

TEST_F(BlasSearch, CondaAndPythonsEnvironments) {
  file("/home/me/miniconda3/envs/deep/lib/libmkl_rt.so.2", "mkl");
  file("/home/me/venv/bin/python3", "");
  file("/home/me/venv/lib/python3.12/site-packages/numpy.libs/libscipy_openblas64_-1.so", "a");
  file("/home/me/.pyenv/versions/3.8.1/lib/python3.8/site-packages/numpy/.libs/libopenblasp-2.so",
       "b");
  file("/srv/env/lib/python3.11/site-packages/scipy.libs/libopenblasp-r0-3.so", "c");
  variables_["HOME"] = "/home/me";
  variables_["PATH"] = "/usr/bin:/home/me/venv/bin";
  variables_["VIRTUAL_ENV"] = "/srv/env";
  const auto all = files();
  EXPECT_EQ(all.size(), 4u);
  const BlasFile* numpy =
      find(all, "/home/me/venv/lib/python3.12/site-packages/numpy.libs/libscipy_openblas64_-1.so");
  ASSERT_NE(numpy, nullptr);
  EXPECT_EQ(fs::path(numpy->owner).filename(), "venv");
  EXPECT_FALSE(numpy->by_loader);
  EXPECT_NE(find(all, "/home/me/miniconda3/envs/deep/lib/libmkl_rt.so.2"), nullptr);
}

TEST_F(BlasSearch, CopiesAreOneLibrary) {
  const std::string packages = "/lib/python3.12/site-packages/numpy.libs/libscipy_openblas-1.so";
  file("/a" + packages, "the same");
  file("/b" + packages, "the same");
  file("/c" + packages, "not same");
  variables_["VIRTUAL_ENV"] = "/a";
  variables_["CONDA_PREFIX"] = "/b:/c";
  const auto all = files();
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].names.size() + all[1].names.size(), 3u);
}

TEST_F(BlasSearch, LinksToNowhereLoopsAndEndlessIncludesEnd) {
  link("/usr/lib/libblas.so.3", "/nowhere");
  link("/usr/lib/libblis.so.4", "/usr/lib/libblis.so.4");
  link("/usr/lib/blas", "/usr/lib");
  file("/etc/ld.so.conf", "include /etc/*.conf\ninclude\n/usr/lib\n");
  EXPECT_TRUE(files().empty());
}

TEST_F(BlasSearch, EachFolderOnce) {
  file("/usr/lib/libblas.so.3", "x");
  link("/lib", "/usr/lib");
  variables_["LD_LIBRARY_PATH"] = "/lib:/usr/lib:/lib";
  EXPECT_EQ(files().size(), 1u);
  auto all = folders();
  const auto same = [](const BlasFolder& a, const BlasFolder& b) { return a.path == b.path; };
  std::sort(all.begin(), all.end(),
            [](const BlasFolder& a, const BlasFolder& b) { return a.path < b.path; });
  EXPECT_EQ(std::adjacent_find(all.begin(), all.end(), same), all.end());
}

}  // namespace
}  // namespace lithe::blas
