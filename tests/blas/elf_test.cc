#include "blas/elf.h"

#include <elf.h>
#include <gtest/gtest.h>

#include <cstring>
#include <vector>

#include "blas/fake_blas/paths.h"
#include "data/sample.h"

namespace lithe::blas {
namespace {

class Elf : public ::testing::Test {
 protected:
  // A header with one piece to load, all of it there.
  Elf() {
    std::memcpy(header_.e_ident, ELFMAG, SELFMAG);
    header_.e_ident[EI_CLASS] = ELFCLASS64;
    header_.e_ident[EI_DATA] = ELFDATA2LSB;
    header_.e_type = ET_DYN;
#if defined(__aarch64__)
    header_.e_machine = EM_AARCH64;
#else
    header_.e_machine = EM_X86_64;
#endif
    header_.e_phoff = sizeof(header_);
    header_.e_phentsize = sizeof(Elf64_Phdr);
    header_.e_phnum = 1;
    piece_.p_type = PT_LOAD;
    piece_.p_filesz = 500;
  }

  std::vector<std::uint8_t> bytes() const {
    std::vector<std::uint8_t> all(sizeof(header_) + sizeof(piece_));
    std::memcpy(all.data(), &header_, sizeof(header_));
    std::memcpy(all.data() + sizeof(header_), &piece_, sizeof(piece_));
    return all;
  }
  std::string problem(std::uint64_t file_bytes = 1000) const {
    return elf_problem(bytes(), file_bytes);
  }

  Elf64_Ehdr header_{};
  Elf64_Phdr piece_{};
};

TEST_F(Elf, ALibraryOfThisProcessorHasNoProblem) { EXPECT_EQ(problem(), ""); }

TEST_F(Elf, OfAnotherProcessorIsNamed) {
  header_.e_machine = EM_S390;
  EXPECT_NE(problem().find("made for S/390"), std::string::npos) << problem();
  header_.e_machine = EM_386;
  header_.e_ident[EI_CLASS] = ELFCLASS32;
  EXPECT_NE(problem().find("made for 32-bit x86"), std::string::npos) << problem();
  header_.e_machine = 60000;
  EXPECT_NE(problem().find("60000"), std::string::npos) << problem();
}

TEST_F(Elf, OfTheOtherByteOrderOrWidthIsRefused) {
  header_.e_ident[EI_CLASS] = ELFCLASS32;
  EXPECT_NE(problem().find("32 bits"), std::string::npos) << problem();
  header_.e_ident[EI_DATA] = ELFDATA2MSB;
  EXPECT_NE(problem().find("big-endian"), std::string::npos) << problem();
}

TEST_F(Elf, AProgramOrAnObjectIsNoLibrary) {
  for (const int type : {ET_EXEC, ET_REL, ET_CORE}) {
    header_.e_type = static_cast<Elf64_Half>(type);
    EXPECT_NE(problem().find("not a shared library"), std::string::npos) << type;
  }
}

TEST_F(Elf, PiecesBeyondTheEndAreFound) {
  EXPECT_EQ(problem(500), "");
  EXPECT_EQ(problem(499), "is cut off");
  piece_.p_offset = ~std::uint64_t{0};
  EXPECT_EQ(problem(), "is cut off");
  piece_.p_offset = 0;
  header_.e_phoff = ~std::uint64_t{0} - 8;
  EXPECT_EQ(problem(), "is cut off");
  header_.e_phoff = 990;
  EXPECT_EQ(problem(), "is cut off");
}

TEST_F(Elf, EveryPrefixIsRefusedAndNoneIsReadBeyond) {
  const auto all = bytes();
  for (std::size_t size = 0; size < all.size(); ++size) {
    const std::vector<std::uint8_t> head(all.begin(), all.begin() + static_cast<long>(size));
    EXPECT_NE(elf_problem(head, size), "") << size;
  }
}

TEST(LibraryProblem, OfFiles) {
  const test::TemporaryFolder folder;
  const auto text = folder.path() / "libblas.so.3";
  const std::string script = "/* GNU ld script */ INPUT(libopenblas.so)\n";
  test::write_bytes(text, {script.begin(), script.end()});
  EXPECT_EQ(library_problem(text), "is text, not a library");
  const auto binary = folder.path() / "binary";
  test::write_bytes(binary, {1, 2, 3, 4, 5, 6, 7, 8});
  EXPECT_NE(library_problem(binary).find("no ELF header"), std::string::npos);
  test::write_bytes(binary, {});
  EXPECT_EQ(library_problem(binary), "is empty");
  EXPECT_EQ(library_problem(folder.path()), "is not a file");
  EXPECT_EQ(library_problem(folder.path() / "absent"), "is not there");
  EXPECT_EQ(library_problem(test::fake_blas("lp64")), "");
}

TEST(LibraryProblem, ALibraryCutOffAnywhereNeverReachesTheLoader) {
  const auto whole = test::read_bytes(test::fake_blas("lp64"));
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "libcut.so";
  // What follows the last piece to load are tables that the loader does not need.
  for (const std::size_t part : {1, 2, 3, 4, 5}) {
    test::write_bytes(path,
                      {whole.begin(), whole.begin() + static_cast<long>(whole.size() * part / 10)});
    EXPECT_EQ(library_problem(path), "is cut off") << part;
  }
}

}  // namespace
}  // namespace lithe::blas
