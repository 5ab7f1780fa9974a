package dev.mpp.chaos;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.equivalentTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.net.Inet6Address;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Who may import whom (docs: architecture). This module sees all the others. */
class ArchitectureTest {
  private static final JavaClasses ALL =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("dev.mpp");

  private static final List<String> ADAPTERS =
      List.of(
          "agreement",
          "api",
          "balancer",
          "config",
          "exchange",
          "mysql",
          "publish",
          "store",
          "twin",
          "web");

  /** What an adapter shows to the loop and to its neighbours. */
  private static final Set<String> CONTRACTS =
      Set.of("dev.mpp.node.agreement.Agreement", "dev.mpp.node.mysql.MySqlServer");

  private static final DescribedPredicate<JavaClass> OURS = resideInAPackage("dev.mpp..");

  private static final DescribedPredicate<JavaClass> CONTRACT =
      DescribedPredicate.describe(
          "a contract between adapters",
          type -> CONTRACTS.stream().anyMatch(name -> outermost(type).getName().equals(name)));

  private static final DescribedPredicate<JavaClass> SNAPSHOT =
      DescribedPredicate.describe(
          "NodeSnapshot", type -> outermost(type).getName().equals("dev.mpp.node.NodeSnapshot"));

  @Test
  void coreIsJdkAndAnnotationsOnly() {
    classes()
        .that()
        .resideInAPackage("dev.mpp.core..")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage("dev.mpp.core..", "java..", "org.jspecify..")
        .check(ALL);
  }

  @Test
  void coreDoesNoInputOutputAndStartsNoThread() {
    noClasses()
        .that()
        .resideInAPackage("dev.mpp.core..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "java.io",
            "java.nio.file..",
            "java.nio.channels..",
            "java.sql..",
            "java.util.concurrent..")
        .orShould()
        .dependOnClassesThat(
            // Reading an IPv6 literal is pure.
            resideInAPackage("java.net..").and(not(equivalentTo(Inet6Address.class))))
        .orShould()
        .dependOnClassesThat(
            DescribedPredicate.describe("are threads", type -> type.isAssignableTo(Thread.class)))
        .check(ALL);
  }

  @Test
  void coreReadsNoClockAndNoChance() {
    noClasses()
        .that()
        .resideInAPackage("dev.mpp.core..")
        .should()
        .callMethod(System.class, "nanoTime")
        .orShould()
        .callMethod(System.class, "currentTimeMillis")
        .orShould()
        .dependOnClassesThat()
        .haveFullyQualifiedName("java.time.Clock")
        .orShould()
        .callMethod(java.time.Instant.class, "now")
        .orShould()
        .callMethod(Math.class, "random")
        .check(ALL);
  }

  @Test
  void protoImportsNothingOfOurs() {
    noClasses()
        .that()
        .resideInAPackage("dev.mpp.v1..")
        .or()
        .resideInAPackage("dev.mpp.proto..")
        .should()
        .dependOnClassesThat(OURS.and(not(resideInAnyPackage("dev.mpp.v1..", "dev.mpp.proto.."))))
        .allowEmptyShould(true)
        .check(ALL);
  }

  @Test
  void dnsResponderImportsNothingOfOurs() {
    noClasses()
        .that()
        .resideInAPackage("dev.mpp.dns..")
        .should()
        .dependOnClassesThat(OURS.and(not(resideInAPackage("dev.mpp.dns.."))))
        .allowEmptyShould(true)
        .check(ALL);
  }

  /** The libraries are the clients of what is probed: MySQL, DNS, gRPC. */
  @Test
  void checkpointsImportsCoreAndItsClientsOnly() {
    classes()
        .that()
        .resideInAPackage("dev.mpp.checkpoints..")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "dev.mpp.checkpoints..",
            "dev.mpp.core..",
            "java..",
            "javax.net..",
            "org.jspecify..",
            "com.mysql.cj..",
            "org.xbill.DNS..",
            "io.grpc..",
            "com.google.protobuf..")
        .allowEmptyShould(true)
        .check(ALL);
  }

  /** Adapters meet in core types, the contracts and NodeSnapshot; only the loop sees them all. */
  @TestFactory
  List<DynamicTest> adaptersDoNotImportEachOther() {
    return ADAPTERS.stream()
        .map(
            name ->
                DynamicTest.dynamicTest(
                    name,
                    () -> {
                      String own = "dev.mpp.node." + name + "..";
                      noClasses()
                          .that()
                          .resideInAPackage(own)
                          .should()
                          .dependOnClassesThat(
                              resideInAPackage("dev.mpp.node..")
                                  .and(not(resideInAPackage(own)))
                                  .and(not(CONTRACT))
                                  .and(not(resideInAPackage("dev.mpp.node.wire..")))
                                  .and(not(SNAPSHOT)))
                          .allowEmptyShould(true)
                          .check(ALL);
                    }))
        .toList();
  }

  @Test
  void cliTalksTheWireOnly() {
    classes()
        .that()
        .resideInAPackage("dev.mpp.cli..")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "dev.mpp.cli..",
            "dev.mpp.v1..",
            "dev.mpp.proto..",
            "dev.mpp.tls..",
            "dev.mpp.certs..",
            "java..",
            "javax.net.ssl..",
            "io.grpc..",
            "com.google.protobuf..",
            "com.google.common..",
            "picocli..",
            "com.fasterxml.jackson..",
            "org.jspecify..")
        .allowEmptyShould(true)
        .check(ALL);
  }

  /** Shared by the daemon and the command line, so it may know neither. */
  @Test
  void certificatesAreJdkOnlyAndOneLibraryThatSigns() {
    classes()
        .that()
        .resideInAPackage("dev.mpp.tls..")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "dev.mpp.tls..",
            "java..",
            "javax.net.ssl..",
            "javax.security.auth.x500..",
            "org.jspecify..")
        .check(ALL);
    classes()
        .that()
        .resideInAPackage("dev.mpp.certs..")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "dev.mpp.certs..",
            "dev.mpp.tls..",
            "java..",
            "javax.security.auth.x500..",
            "org.bouncycastle..",
            "org.jspecify..")
        .check(ALL);
  }

  @Test
  void nobodyImportsNodeExceptChaosTests() {
    noClasses()
        .that(OURS.and(not(resideInAnyPackage("dev.mpp.node..", "dev.mpp.chaos.."))))
        .should()
        .dependOnClassesThat()
        .resideInAPackage("dev.mpp.node..")
        .orShould()
        .dependOnClassesThat()
        .resideInAPackage("dev.mpp.chaos..")
        .check(ALL);
  }

  @Test
  void nodeDoesNotImportChaosTests() {
    noClasses()
        .that()
        .resideInAPackage("dev.mpp.node..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("dev.mpp.chaos..")
        .check(ALL);
  }

  /** The judge shares no code with the defendant. */
  @Test
  void checkersImportNothingOfOurs() {
    noClasses()
        .that()
        .resideInAPackage("dev.mpp.chaos.check..")
        .should()
        .dependOnClassesThat(OURS.and(not(resideInAPackage("dev.mpp.chaos.check.."))))
        .check(ALL);
  }

  @Test
  void clientsAndScriptsKnowNothingOfMpp() {
    noClasses()
        .that(
            resideInAPackage("dev.mpp.chaos..")
                .and(not(resideInAnyPackage("dev.mpp.chaos.sim..", "dev.mpp.chaos.bench.."))))
        .should()
        .dependOnClassesThat(OURS.and(not(resideInAPackage("dev.mpp.chaos.."))))
        .check(ALL);
  }

  /** A rule that never fails proves nothing. */
  @Test
  void theRulesBite() {
    ArchRule noInputOutput =
        noClasses()
            .that()
            .resideInAPackage("dev.mpp.chaos.demo..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("java.nio.file..");
    assertThrows(AssertionError.class, () -> noInputOutput.check(ALL));
  }

  private static JavaClass outermost(JavaClass type) {
    return type.getEnclosingClass().map(ArchitectureTest::outermost).orElse(type);
  }
}
