//! Long work that somebody started and follows.

text_enum! {
    /// What is worked on.
    pub enum OperationKind {
        /// A table of recommendations is taken.
        NominationImport = "nomination_import",
        /// A table of candidates is written.
        CandidateExport = "candidate_export",
        /// The certificates of a month are put together.
        CertificateExport = "certificate_export",
    }
}

text_enum! {
    /// Where the work stands.
    pub enum OperationStatus {
        /// It goes on.
        Running = "running",
        /// It came to its end; the result says with what.
        Succeeded = "succeeded",
        /// It could not be carried out; the problem says why.
        Failed = "failed",
    }
}
